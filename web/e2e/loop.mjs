// The closed loop on the screens, from 发现 to 问效: the creek rises, and what follows is led
// to its end by clicks of several people, each on a page of his own.
// node e2e/loop.mjs --base URL --demo PASSWORD --password PASSWORD --areas CODE,CODE
// In each of the areas there is an account of that name. The node plays a surge.
import { axe, checks, launch, option, patience } from './harness.mjs';
import { person } from './people.mjs';
import { picture } from './picture.mjs';

const base = option('base');
const { check, done } = checks();
const nothing = () => {};

/** What each step took, on each place of the screens: milliseconds from its answer until it was drawn. */
const took = [];

async function time(step, from, screens) {
  const row = { step };
  for (const [where, screen, key] of screens) row[where] = Math.round(await screen.shown(key).catch(() => NaN) - from);
  took.push(row);
  check(`${step} is shown everywhere`, Object.values(row).every((v) => typeof v === 'string' || Number.isFinite(v)), JSON.stringify(row));
}

/** A step that somebody takes by clicks: the watcher's list, card and map show it, and the screens of the others. */
async function step(id, verb, state, by, { watcher, others = [] }, press) {
  await press();
  const shows = state === 'closed' ? 'gone' : state;
  await watcher.stands(state);
  const from = await by.answered(`/${id}/${verb}`);
  await time(verb, from, [
    ['card', watcher, `card ${id} ${state}`], ...(state === 'evaluated' ? [] : [['list', watcher, `list ${id} ${shows}`], ['map', watcher, `map ${id} ${shows}`]]),
    ...others.map((o) => [`${o.user}'s`, o, `card ${id} ${state}`]),
  ]);
}

/** 自动发现: the gauges raise an alarm, which knows what raised it and who sees the place. */
async function alarmed(watcher) {
  let alarm;
  for (const end = Date.now() + patience; !alarm && Date.now() < end;) {
    const { alarms } = await watcher.ask('GET', '/v1/alarms?cause=flood');
    for (const row of alarms.filter((a) => a.incident && a.area)) {
      const one = await watcher.ask('GET', `/v1/alarms/${row.id}`);
      if (one.cameras.length > 0) alarm = one;
    }
    await watcher.page.waitForTimeout(250);
  }
  check('the tide raises an alarm that knows who sees the place', alarm !== undefined);
  const events = await watcher.ask('GET', `/v1/alarms/${alarm.id}/events`);
  await time('alarm', Date.parse(events.events[0].at), [['list', watcher, `list ${alarm.id} raised`]]);
  check('its card tells what raised it', await watcher.open(alarm.id, 'raised') && await watcher.said('values', '水位 -?[\\d.]+ m'));
  check('the map draws it', await watcher.wait('drawn', (i) => window.suhe.map.queryRenderedFeatures({ layers: ['alarms-icon'] }).some((f) => f.properties.id === i), alarm.id));
  await watcher.press('acknowledge');
  check('acknowledged', await watcher.stands('acknowledged') && await watcher.listed(alarm.id, 'acknowledged'));
  await watcher.page.click('#case .cameras button');
  check('to look through a camera that sees it one says what for', await watcher.wait('why', () => document.getElementById('why')?.open));
  await watcher.page.keyboard.press('Escape');
  return alarm;
}

/** 上报: by a form, with a place by a click on the map and a photo. What is rejected wants a reason. */
async function reported(watcher) {
  const { page } = watcher;
  await page.click('#report-button');
  await page.waitForSelector('#report[open]');
  const channels = await page.$$eval('#report-channel option', (all) => all.map((o) => o.value));
  check('people report by the channels of people', channels.includes('hotline') && !channels.includes('sensor') && !channels.includes('ai'), channels.join());
  await page.selectOption('#report-class', 'facility.manhole');
  await page.fill('#report-what', '井盖缺失 · 桥头');
  await page.fill('#report-text', '已放置警示桩。');
  await page.setInputFiles('#report-photo', { name: '现场.png', mimeType: 'image/png', buffer: picture(32) });
  const found = await axe(page, [['#map']]);
  check('axe finds nothing in the form', found.length === 0, JSON.stringify(found));
  await page.click('#report button:has-text("在地图上选点")');
  await page.waitForSelector('.placing');
  const spot = await page.evaluate(() => {
    for (let y = 200; y < innerHeight - 100; y += 40) for (let x = 100; x < innerWidth - 100; x += 40) if (document.elementFromPoint(x, y)?.tagName === 'CANVAS') return { x, y, at: window.suhe.map.unproject([x, y]).toArray() };
    return undefined;
  });
  await page.mouse.click(spot.x, spot.y);
  await page.waitForSelector('#report[open]');
  const place = (await page.textContent('#report-place')).split(', ').map(Number);
  check('the place is where the map was clicked, and what was written is there', Math.hypot(place[0] - spot.at[0], place[1] - spot.at[1]) < 1e-4 && await page.inputValue('#report-text') === '已放置警示桩。', JSON.stringify({ place, spot }));
  await page.click('#report button[type=submit]');
  check('its card shows what was reported', await watcher.stands('discovered') && await watcher.said('title', '井盖缺失 · 桥头'));
  const id = await page.getAttribute('#case', 'data-id');
  await time('create', await watcher.answered('/v1/incidents'), [['list', watcher, `list ${id} discovered`], ['card', watcher, `card ${id} discovered`]]);
  check('with the photo', await watcher.wait('photo', () => document.querySelector('#case .gallery[data-when=before] img')?.naturalWidth > 0));
  await page.click('#case [data-verb=reject]');
  await page.waitForSelector('#deed[open]');
  await page.click('#deed button[type=submit]');
  check('where a reason is needed none is not taken', await page.isVisible('#deed[open]'));
  await page.keyboard.press('Escape');
  check('Escape closes the form and not the card', await page.isHidden('#deed') && await page.isVisible('#case'));
  await watcher.press('reject', (p) => p.fill('#deed-reason', '演练'));
  check('rejected, and out of the list', await watcher.stands('rejected') && await watcher.wait('gone', (i) => !document.querySelector(`#cases-list [data-id="${i}"]`), id));
  await page.keyboard.press('Escape');
}

/** How often rules were right. On a screen of this width the card lies over the list, and is put away meanwhile. */
async function counted(id, watcher) {
  await watcher.page.keyboard.press('Escape');
  await watcher.page.click('#statistics-button');
  check('statistics tell how often a rule was right', await watcher.wait('statistics', () => document.querySelector('#statistics[open] tr[data-of="rule water-level-high"] td')?.textContent.match(/[1-9]/)));
  await watcher.page.keyboard.press('Escape');
  check('and the card comes back', await watcher.open(id, 'reported'));
}

/** 立案: by itself, with the evidence. Of several alarms within reach one incident is made, of which the others are part. */
async function filed(watcher, alarm) {
  let incident = await watcher.ask('GET', `/v1/incidents/${alarm.incident}`);
  await watcher.page.click('#case .related button'); // 已转案件
  if (incident.into) {
    await watcher.stands('merged');
    await watcher.page.click('#case .related button'); // 并入
    incident = await watcher.ask('GET', `/v1/incidents/${incident.into}`);
  }
  const { id, state, what, evidence } = incident;
  check('an incident was filed by itself', state === 'filed' && await watcher.stands('filed') && what.class === 'flood.level', state);
  check('with the cameras and the values', ['camera', 'value'].every((kind) => evidence.some((e) => e.kind === kind)));
  const { events } = await watcher.ask('GET', `/v1/incidents/${id}/events`);
  await time('file', Date.parse(events.find((e) => e.verb === 'file').at), [['list', watcher, `list ${id} filed`]]);
  const banner = await watcher.wait('banner', () => {
    const box = document.getElementById('urgent');
    return box && !box.hidden && box.getAttribute('role') === 'alert' && /特别重大|重大/.test(box.textContent);
  });
  check('what is 特别重大 or 重大 makes itself seen', banner);
  await watcher.page.click('#urgent button:has-text("关闭")');
  check('and is put away', await watcher.page.isHidden('#urgent'));
  await watcher.page.keyboard.press('Escape');
  await watcher.open(id, 'filed');
  check('the map goes there and draws it', await watcher.wait('drawn', (i) => window.suhe.map.getZoom() > 16 && window.suhe.map.queryRenderedFeatures({ layers: ['incidents-icon'] })
    .some((f) => f.properties.id === i && f.properties.state === 'filed'), id));
  check('the legend counts it', await watcher.wait('legend', () => /案件\s*[1-9]/.test(document.getElementById('legend').textContent)));
  check('the button counts it', await watcher.wait('button', () => /案件 [1-9]/.test(document.getElementById('cases-button').textContent)));
  return incident;
}

/** Who is on duty near the incident: patrols tell of themselves every ten seconds, the first time too. */
async function onDuty(id, dispatcher) {
  for (let left = 60; ; left--) {
    const { people } = await dispatcher.ask('GET', `/v1/incidents/${id}/advice`);
    if (people.length > 0 || left === 0) return people;
    await dispatcher.page.waitForTimeout(1000);
  }
}

/** 派遣: to the nearest patrol on duty, who carries what tells where he is. */
async function dispatched(id, { watcher, dispatcher, patrol }) {
  const people = await onDuty(id, dispatcher);
  const nearest = people[0];
  check('somebody is on duty nearby', people.length > 0 && people.every((p) => p.distance >= nearest.distance), JSON.stringify(people));
  const { rev, ...mover } = await dispatcher.ask('GET', `/v1/assets/${nearest.mover}`);
  await watcher.ask('PUT', `/v1/assets/${nearest.mover}`, { ...mover, properties: { ...mover.properties, account: 'patrol' } });
  await dispatcher.open(id, 'filed');
  const offered = await dispatcher.deeds();
  check('who may not handle is not offered to', offered.includes('dispatch') && !offered.includes('accept') && !offered.includes('report'), offered.join());
  await step(id, 'dispatch', 'dispatched', dispatcher, { watcher, others: [dispatcher] }, () => dispatcher.press('dispatch', async (page) => {
    check('advice names units', (await page.$$('#deed .to [value^="unit:"]')).length > 0);
    check('and the patrol', (await page.$('#deed .to [value="person:patrol"]')) !== null); // who walks on, and may be the nearest no more
    await page.click('#deed .to [value="person:patrol"]');
  }));
  const { task } = await watcher.ask('GET', `/v1/incidents/${id}`);
  check('the patrol has it', task.person === 'patrol', JSON.stringify(task));
}

/** 处置: with a photo of after the work, or it cannot be reported. */
async function handled(id, { watcher, dispatcher, patrol }) {
  const screens = { watcher, others: [patrol, dispatcher] };
  check('who handles it sees it', await patrol.listed(id, 'dispatched'));
  await patrol.page.focus(`#cases-list [data-id="${id}"] button`);
  await patrol.page.keyboard.press('Enter');
  check('the keyboard opens it', await patrol.stands('dispatched') && await patrol.page.evaluate(() => document.activeElement?.id === 'case-title'));
  const offered = await patrol.deeds();
  check('and is offered to accept or return, not to dispatch', offered[0] === 'accept' && offered.includes('return') && !offered.includes('dispatch'), offered.join());
  await step(id, 'accept', 'accepted', patrol, screens, () => patrol.press('accept'));
  await step(id, 'handle', 'handling', patrol, screens, () => patrol.press('handle'));
  check('the clock of handling runs', await watcher.wait('clock', () => [...document.querySelectorAll('#case .clocks li')].some((l) => l.textContent.includes('处置') && l.dataset.light === 'green')));
  check('without a photo it cannot be reported', await patrol.page.isDisabled('#case [data-verb=report]') && await patrol.said('wanting', '还需 1 张处置后照片'));
  await proved(id, '处置后.png', 48, { watcher, patrol });
  await step(id, 'report', 'reported', patrol, screens, () => patrol.press('report', nothing));
  check('who handled it is not offered to check it', !(await patrol.deeds()).includes('check'));
  const own = await patrol.fetch(`/v1/incidents/${id}/check`, 'POST');
  check('nor may he', own.status === 403, `${own.status} ${own.text}`);
}

/** A photo is sent, and is seen on both screens. */
async function proved(id, name, side, { watcher, patrol }) {
  await patrol.upload(name, picture(side));
  await patrol.page.waitForSelector('#case [data-verb=report]:enabled');
  const { evidence } = await watcher.ask('GET', `/v1/incidents/${id}`);
  const key = `photo ${id} ${base}/v1/incidents/${id}/files/${evidence.findLast((e) => e.kind === 'file').ref}`;
  await time('attach', await patrol.answered(`/${id}/files`), [['card', watcher, key], ["patrol's", patrol, key]]);
}

/** 核查, 结案, 问效: by another; what is not good enough comes back, and wants another photo. */
async function closed(id, { watcher, dispatcher, patrol }) {
  const screens = { watcher, others: [dispatcher, patrol] };
  await step(id, 'check', 'checking', dispatcher, screens, () => dispatcher.press('check'));
  await dispatcher.press('rework', (page) => page.fill('#deed-reason', '警示桩未撤除'));
  check('sent back with the reason', await patrol.stands('rework') && await patrol.said('why', '警示桩未撤除'));
  check('a new round wants a new photo', await patrol.said('wanting', '还需 1 张处置后照片'));
  await patrol.press('handle');
  await patrol.stands('handling');
  await proved(id, '返工后.png', 64, { watcher, patrol });
  await patrol.press('report', nothing);
  await dispatcher.stands('reported');
  await dispatcher.press('check');
  await dispatcher.stands('checking');
  await step(id, 'close', 'closed', dispatcher, screens, () => dispatcher.press('close', nothing));
  await step(id, 'evaluate', 'evaluated', dispatcher, screens, () => dispatcher.press('evaluate', (page) => page.check('#deed [name=satisfaction][value="5"]')));
  const told = await watcher.page.$$eval('#case .timeline li', (all) => all.map((l) => l.dataset.verb).reverse());
  const way = 'create file dispatch accept handle attach report check rework handle attach report check close evaluate'.split(' ');
  const led = told.filter((verb) => way.includes(verb)); // others may have joined meanwhile
  check('the card tells all that happened', JSON.stringify(led) === JSON.stringify(way), told.join());
  await watcher.page.keyboard.press('Escape');
  await watcher.page.selectOption('#cases-filter [name=kind]', 'over');
  check('it is found among those that are over', await watcher.listed(id, 'evaluated'));
  await watcher.page.selectOption('#cases-filter [name=kind]', '');
}

/** Every step had the time of its class from when it began, and ended in it. */
async function clocked(id, watcher) {
  const { clocks, readings, terms } = await watcher.ask('GET', `/v1/incidents/${id}`);
  const { events } = await watcher.ask('GET', `/v1/incidents/${id}/events`);
  const at = (verb, last = false) => Date.parse((last ? events.findLast((e) => e.verb === verb) : events.find((e) => e.verb === verb)).at);
  const spans = { filing: ['create', 'file'], dispatch: ['file', 'dispatch'], accept: ['dispatch', 'accept'], handle: ['dispatch', 'report'] };
  for (const [name, [from, to]] of Object.entries(spans)) {
    const i = clocks.findIndex((c) => c.step === name);
    const [clock, reading] = [clocks[i], readings[i]];
    const limit = terms.limits[name];
    check(`the clock of ${name} runs from ${from} to ${to}, in time`, limit.unit === 'hours' && Date.parse(clock.began) === at(from) && Date.parse(clock.ended) === at(to)
      && reading.ended && reading.colour === 'green' && Date.parse(reading.due) - at(from) === limit.n * 3_600_000, JSON.stringify({ clock, reading, from: at(from), to: at(to) }));
  }
  check('all clocks have ended, the last when it was closed', clocks.every((c) => c.ended) && Date.parse(clocks.findLast((c) => c.step === 'check').ended) === at('close', true), JSON.stringify(clocks));
  const scores = await watcher.ask('GET', `/v1/evaluation?by=class&from=${encodeURIComponent(new Date(at('create') - 60_000).toISOString())}&to=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`);
  check('it is among the scores', JSON.stringify(scores).includes('flood.level'));
}

/** Somebody of another street sees nothing of it: in no list, on no map, in no frame, at no address. */
async function unseen(neighbour, watcher, { id, what }, alarm) {
  const names = [id, alarm.id];
  const has = (text) => names.filter((n) => text.includes(n)).join();
  for (const path of [`/v1/incidents/${id}`, `/v1/incidents/${id}/events`, `/v1/incidents/${id}/advice`, `/v1/assets/${id}`, `/v1/alarms/${alarm.id}`, `/v1/alarms/${alarm.id}/events`, `/v1/assets/${alarm.id}`]) {
    const { status, text } = await neighbour.fetch(path);
    check(`the neighbour finds nothing at ${path}`, status === 404, `${status} ${text}`);
  }
  for (const path of ['/v1/incidents?open=all&limit=500', '/v1/alarms?open=all&limit=500', '/v1/alarms?parts=true&limit=500', '/ogc/collections/incidents/items?limit=1000', '/ogc/collections/alarms/items?limit=1000']) {
    const { status, text } = await neighbour.fetch(path);
    check(`nor in ${path}`, status === 200 && has(text) === '', `${status} ${has(text)}`);
  }
  const tile = (z) => {
    const [lon, lat] = what.place;
    const y = Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360));
    return `/tiles/incidents,alarms/${z}/${Math.floor((lon + 180) / 360 * 2 ** z)}/${Math.floor((1 - y / Math.PI) / 2 * 2 ** z)}`;
  };
  for (const z of [12, 15, 18]) {
    const { status, text } = await neighbour.fetch(tile(z));
    check(`nor in the tile of the place at zoom ${z}`, [200, 204].includes(status) && has(text) === '', `${status} ${has(text)}`);
  }
  const drawn = await neighbour.page.evaluate(() => window.suhe.map.queryRenderedFeatures({ layers: ['incidents-icon', 'alarms-icon'] }).map((f) => f.properties.id).join());
  check('nor on the map', has(drawn) === '', drawn);
  const listed = await neighbour.page.textContent('#cases');
  check('nor in the list', has(listed) === '', listed);
  const heard = (by) => has(Buffer.concat(by.frames).toString('latin1'));
  check('nor in what the stream tells, which tells others', neighbour.frames.length > 2 && heard(neighbour) === '' && heard(watcher) === names.join(), `${neighbour.frames.length} frames, ${heard(neighbour)}; ${heard(watcher)}`);
}

const browser = await launch();
try {
  const demo = (user, viewport, where) => person(browser, { base, user, password: option('demo'), viewport, where }, { check });
  // Small screens, and but one that draws much: all are drawn by the processor.
  const watcher = await demo('operator', { width: 1280, height: 760 });
  await watcher.mark();
  check('the list is open where there is room for it', await watcher.page.isVisible('#cases'));
  const quiet = '#18/31.2504/121.4346';
  const dispatcher = await demo('dispatcher', { width: 640, height: 520 }, quiet);
  const patrol = await demo('patrol', { width: 640, height: 520 }, quiet);
  const before = [watcher, dispatcher, patrol].map((s) => JSON.stringify(s.asked()));

  const alarm = await alarmed(watcher);
  const incident = await filed(watcher, alarm);
  const { id } = incident;
  const area = option('areas').split(',').find((a) => a !== incident.what.area && a !== alarm.area);
  const neighbour = await person(browser, { base, user: `of-${area}`, password: option('password'), viewport: { width: 480, height: 420 }, where: `#16/${incident.what.place[1]}/${incident.what.place[0]}` }, { check });
  await dispatched(id, { watcher, dispatcher, patrol });
  await handled(id, { watcher, dispatcher, patrol });
  for (const s of [watcher, patrol]) {
    const found = await axe(s.page, [['#map']]);
    check(`axe finds nothing on the screen of ${s.user}`, found.length === 0, JSON.stringify(found));
  }
  await unseen(neighbour, watcher, incident, alarm);
  await counted(id, watcher);
  const meanwhile = JSON.stringify(watcher.asked());
  await closed(id, { watcher, dispatcher, patrol });
  await clocked(id, watcher);
  check('all came by the stream: no page began anew or asked for a list', meanwhile === before[0] && [dispatcher, patrol].every((s, i) => JSON.stringify(s.asked()) === before[i + 1]), meanwhile);
  await reported(watcher);
  await watcher.page.click('#theme');
  await watcher.page.click('#language');
  check('it speaks English', await watcher.wait('English', () => /Incidents and alarms/.test(document.getElementById('cases').textContent)));
  const found = await axe(watcher.page, [['#map']]);
  check('axe finds nothing in the light theme', found.length === 0, JSON.stringify(found));
  for (const s of [watcher, dispatcher, patrol, neighbour]) {
    const own = s.complaints.filter((c) => s !== neighbour || !/404/.test(c));
    check(`the console of ${s.user} is clean`, own.length === 0, own.slice(0, 3).join(' | '));
  }
} catch (e) {
  check('the test runs through', false, e instanceof Error ? e.stack : String(e));
} finally {
  await browser.close();
}
console.table(took);
done();
