// The desk of operators and dispatchers: one live inbox, worked by keys; dispatch by the map;
// doubles merged and parted; many alarms at once; supervision; evaluation.
// node e2e/console.mjs --base URL --demo PASSWORD [--shots FOLDER]
import { join } from 'node:path';
import { axe, checks, launch, login, option, stranger } from './harness.mjs';
import { picture } from './picture.mjs';

const base = option('base');
const { check, done } = checks();
const folder = option('shots');

/** Somebody at his desk. */
async function desk(browser, user, viewport, where = '') {
  const v = await stranger(browser, base, viewport);
  v.page.setDefaultTimeout(60_000);
  await login(v.page, base, user, option('demo'));
  await v.page.goto(`${base}/console${where}`);
  const live = () => v.wait('live', () => document.getElementById('sign')?.dataset.status === 'live');
  check(`the desk of ${user} is live`, await live() || await live());
  const ask = async (method, path, data) => {
    const answer = await v.page.request.fetch(base + path, { method, ...(data === undefined ? {} : { data }) });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.text().then((text) => (text ? JSON.parse(text) : undefined));
  };
  const row = (id) => `#grid .row[data-id="${id}"]`;
  return {
    ...v, user, ask, row,
    key: (k) => v.page.keyboard.press(k),
    listed: (id, state) => v.wait(`${user}: ${id} ${state}`, ([i, s]) => [...document.querySelectorAll(`#grid .row[data-id="${i}"]`)].some((r) => !r.hidden && r.dataset.state === s), [id, state]),
    /** Filters by keys until only the case is listed, and so is the current line. */
    async only(id) {
      await v.page.keyboard.press('/');
      await v.page.keyboard.press('Control+A');
      await v.page.keyboard.type(id);
      const alone = await v.wait(`${user}: only ${id}`, (i) => {
        const rows = [...document.querySelectorAll('#grid .body .row')].filter((r) => !r.hidden);
        return rows.length === 1 && rows[0].dataset.id === i && rows[0].classList.contains('current');
      }, id);
      await v.page.keyboard.press('Escape');
      return alone;
    },
    stands: (state) => v.wait(`${user}: the card ${state}`, (s) => document.querySelector(`#case:not([hidden]) .chips [data-state="${s}"]`), state),
    says: (what, pattern) => v.wait(`${user}: ${what}`, (p) => new RegExp(p).test(document.body.innerText), pattern),
    /** A picture for the docs; of a map it is large, so it may be of a smaller screen. */
    async shot(name, size) {
      if (!folder) return;
      if (size) await v.page.setViewportSize(size);
      await v.page.evaluate(() => window.rest());
      await v.page.screenshot({ path: join(folder, `console-${name}.png`) });
      if (size) await v.page.setViewportSize(viewport);
    },
  };
}

async function sound(d, what) {
  const found = await axe(d.page, [['#map']]);
  check(`axe finds nothing ${what}`, found.length === 0, JSON.stringify(found));
}

/** Where a patrol is: incidents near him have somebody to be sent. */
async function patrolled(d) {
  await d.wait('a patrol', () => [...window.suhe.picture.views.get('screen').objects.values()].some((o) => o.class === 'mover.patrol'));
  return d.page.evaluate(() => {
    const o = [...window.suhe.picture.views.get('screen').objects.values()].find((x) => x.class === 'mover.patrol');
    return [o.lon, o.lat];
  });
}

const report = (d, more) => d.ask('POST', '/v1/incidents', { channel: 'hotline', class: 'facility.manhole', ...more });

/** What is reported elsewhere appears by itself, is found by keys, filed by keys, and sent to somebody by the map. */
async function dispatched(operator, dispatcher) {
  const { page } = operator;
  const at = await patrolled(operator);
  const { id } = await report(operator, { title: '井盖缺失 · 步道', text: '路人来电，步道井盖缺失。', place: at, address: '苏河步道', contact: '13800000000' });
  check('an incident of another appears by itself', await operator.listed(id, 'discovered') && await dispatcher.listed(id, 'discovered'));
  check('what is 重大 is told in the title and by a banner', await operator.wait('badge', () => /^\(\d+\) /.test(document.title) && !document.getElementById('urgent').hidden));
  check('the list tells its source, its place and its clock', await operator.wait('cells', (i) => {
    const r = document.querySelector(`#grid .row[data-id="${i}"]`);
    return r && r.querySelector('.channel').textContent === '12345热线' && /^余 /.test(r.querySelector('.clock').textContent) && r.querySelector('.area').textContent !== '';
  }, id));
  const clock = await page.textContent(`${operator.row(id)} .clock`);
  check('the clock runs', await operator.wait('runs', ([i, was]) => document.querySelector(`#grid .row[data-id="${i}"] .clock`)?.textContent !== was, [id, clock]));
  check('the filter works by keys', await operator.only(id));
  check('and is in the address', new URL(page.url()).searchParams.get('q') === id);
  check('the map shows what the list holds', await operator.wait('pins', () => window.suhe.map.querySourceFeatures('pins').length > 0 && new Set(window.suhe.map.querySourceFeatures('pins').map((f) => f.properties.id)).size === 1));
  await operator.key('Enter');
  check('Enter opens the card', await operator.stands('discovered'));
  check('the map goes there', await operator.wait('there', ([lon, lat]) => window.suhe.map.getBounds().contains([lon, lat]), at));
  check('how to reach the caller is told by a press', await (async () => {
    await page.click('#case .reach button');
    return operator.wait('contact', () => document.querySelector('#case .reach output')?.textContent === '13800000000');
  })());
  await operator.key('f');
  await page.waitForSelector('#deed[open]');
  await page.click('#deed button[type=submit]');
  check('f files it', await operator.stands('filed') && await operator.listed(id, 'filed'));

  for (let left = 60; left > 0 && (await operator.ask('GET', `/v1/incidents/${id}/advice`)).people.length === 0; left--) await page.waitForTimeout(1000);
  check('the dispatcher finds it too', await dispatcher.only(id));
  await dispatcher.key('d');
  await dispatcher.page.waitForSelector('#dispatch:not([hidden]) .units button');
  await operator.key('d');
  await page.waitForSelector('#dispatch:not([hidden])');
  check('d shows who is advised, with distance and load', await operator.wait('people', () => /米 · (空闲|在办)/.test(document.querySelector('#dispatch .people li')?.textContent ?? '')));
  check('and where they are, on the map', await operator.wait('posts', () => document.querySelectorAll('#map .post').length > 0));
  await operator.shot('dispatch');
  await page.evaluate(() => window.rest());
  // The nearest that nothing covers.
  const post = await page.evaluate(() => [...document.querySelectorAll('#map .post')].map((p) => ({ mover: p.dataset.mover, ...p.getBoundingClientRect().toJSON() }))
    .find((b) => document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)?.closest('.post')?.dataset.mover === b.mover));
  check('a patrol on the map can be pressed', post !== undefined);
  await page.click(`#map .post[data-mover="${post.mover}"]`);
  await page.waitForSelector('#dispatch-reason');
  await page.keyboard.type('请尽快到场');
  await operator.key('Enter');
  check('a press on a patrol on the map sends him', await operator.stands('dispatched') && await operator.listed(id, 'dispatched') && await dispatcher.listed(id, 'dispatched'));
  const { task } = await operator.ask('GET', `/v1/incidents/${id}`);
  const { people } = await operator.ask('GET', `/v1/incidents/${id}/advice`);
  check('and nobody else', Boolean(task.person) && people.some((p) => p.mover === post.mover && p.person === task.person), JSON.stringify({ task, post }));
  // Who is late is told that somebody was faster.
  await dispatcher.page.click('#dispatch .units button');
  await dispatcher.page.click('#dispatch form:not(.other) button[type=submit]');
  check('who is late is told so, and shown what is', await dispatcher.says('conflict', '已被他人更新|not dispatched|dispatched') && (await dispatcher.ask('GET', `/v1/incidents/${id}`)).task.person === task.person);
  await dispatcher.key('Escape');
  return id;
}

/** Two reports of one thing, side by side. */
async function merged(operator) {
  const { page } = operator;
  const place = await patrolled(operator);
  const send = async (title, p, channel) => {
    const { id } = await report(operator, { title, place: p, channel, class: 'facility.railing' });
    const files = { multipart: { when: 'before', name: 'x.png', file: { name: 'x.png', mimeType: 'image/png', buffer: picture(48) } } };
    const sent = await page.request.post(`${base}/v1/incidents/${id}/files`, files);
    check(`a photo of ${title} is there`, sent.ok(), await sent.text());
    return id;
  };
  const first = await send('护栏松动', place, 'hotline');
  const second = await send('栏杆破损', [place[0] + 0.0001, place[1]], 'grid');
  check('both are listed', await operator.only(second));
  await operator.key('m');
  // The card has to know its doubles first.
  await page.waitForSelector('#doubles:not([hidden])');
  check('doubles stand side by side, with how far apart they are', await operator.wait('pair', ([a, b]) => {
    const heads = document.querySelector('#doubles')?.textContent ?? '';
    return heads.includes(a) && heads.includes(b) && /相距 (9|1\d) 米/.test(heads) && document.querySelectorAll('#doubles .gallery img').length === 2;
  }, [first, second]));
  check('and tied on the map, both with a pin', await operator.wait('tie', () => window.suhe.map.querySourceFeatures('ties').length > 0 && new Set(window.suhe.map.querySourceFeatures('pins').map((f) => f.properties.id)).size === 2));
  await sound(operator, 'where doubles are compared');
  await operator.shot('doubles');
  await page.click(`#doubles [data-into="${first}"]`);
  check('one press merges', await operator.says('merged', `${second} 已并入 ${first}`) && (await operator.ask('GET', `/v1/incidents/${second}`)).into === first);
  check('and one takes it back', await (async () => {
    await page.click('#doubles .ways button.primary');
    return operator.says('unmerged', '已撤销并案');
  })() && (await operator.ask('GET', `/v1/incidents/${second}`)).state === 'discovered');
  await operator.key('Escape');
}

/** Many alarms at once, with what came of each. */
async function acknowledged(operator) {
  const { page } = operator;
  await page.click('#filter-clear');
  await page.selectOption('#filter [name=kind]', 'alarm');
  await page.selectOption('#filter [name=state]', 'raised').catch(() => undefined);
  check('there are alarms', await operator.wait('alarms', () => Number(document.getElementById('grid').getAttribute('aria-rowcount')) > 2));
  await page.focus('#grid');
  await operator.key('X');
  await page.waitForSelector('#picked:not([hidden])');
  const many = await page.evaluate(() => window.suhe.inbox.roll.picked.map((e) => e.id));
  check('all are picked', many.length >= 2);
  await operator.shot('picked');
  await operator.key('a');
  await page.waitForSelector('#bulk[open]');
  if (await page.$('#bulk form button[type=submit]')) await page.click('#bulk form button[type=submit]');
  check('each has its result', await operator.wait('results', () => document.querySelectorAll('#bulk tbody tr').length > 0 && document.querySelectorAll('#bulk tbody tr:not([data-result])').length === 0));
  const results = await page.$$eval('#bulk tbody tr', (all) => all.map((r) => [r.querySelector('th').textContent, r.dataset.result]));
  await sound(operator, 'in what came of each');
  await page.click('#bulk .ways .primary');
  const states = await Promise.all(results.filter(([, r]) => r === 'done').map(([id]) => operator.ask('GET', `/v1/alarms/${id}`).then((a) => a.state)));
  check('what is told as done is done', states.length >= 2 && states.every((s) => s !== 'raised'), JSON.stringify([results, states]));
  await page.click('#filter-clear');
}

/** 督办 is for who supervises. */
async function supervised(id, operator, dispatcher) {
  check('it is found again', await operator.only(id));
  await operator.key('s');
  await operator.page.waitForSelector('#deed[open]');
  await operator.page.fill('#deed-reason', '群众多次反映');
  await operator.page.click('#deed button[type=submit]');
  check('supervised, in the card and in the list', await operator.wait('supervised', (i) => /督办/.test(document.querySelector('#case .chips')?.textContent ?? '') && /督办/.test(document.querySelector(`#grid .row[data-id="${i}"] .state`)?.textContent ?? ''), id));
  check('the dispatcher sees it', await dispatcher.wait('supervised', (i) => /督办/.test(document.querySelector(`#grid .row[data-id="${i}"] .state`)?.textContent ?? ''), id));
  await dispatcher.key('s');
  check('and is not offered it', await dispatcher.says('refused', '此处不能办理“督办”') && await dispatcher.page.isHidden('#deed'));
  await operator.key('Escape');
  await operator.page.click('#filter-clear');
}

/** 问效: what the page shows is what the server says. */
async function evaluated(operator) {
  const { page } = operator;
  await operator.key('2');
  await page.waitForSelector('#evaluation:not([hidden]) tbody tr');
  for (const by of ['area', 'class', 'channel']) {
    await page.selectOption('#evaluation [name=by]', by);
    let equal = false;
    let told = '';
    for (let left = 30; left > 0 && !equal; left--) {
      const answered = page.waitForResponse((r) => r.url().includes('/v1/evaluation'));
      await page.click('#evaluation .asked button');
      const { scores } = await (await answered).json();
      const want = scores.map((s) => [s.group, String(s.found), s.onTime.all === 0 ? '–' : `(${s.onTime.of}/${s.onTime.all})`]);
      const shown = () => page.$$eval('#evaluation tbody tr', (rows) => rows.map((r) => [r.dataset.group, r.querySelector('[data-measure=found]').textContent, r.querySelector('[data-measure=onTime]').textContent.replace(/^.* %\s*/, '')]));
      await page.waitForTimeout(300);
      told = JSON.stringify([want, await shown()]);
      const api = await operator.ask('GET', new URL((await answered).url()).pathname + new URL((await answered).url()).search);
      equal = JSON.stringify(want) === JSON.stringify(await shown()) && JSON.stringify(api.scores.map((s) => [s.group, String(s.found)])) === JSON.stringify(want.map(([g, f]) => [g, f]));
    }
    check(`figures by ${by} are those of the server`, equal, told);
  }
  check('bars are drawn', await operator.wait('bars', () => document.querySelector('#evaluation .chart canvas')?.width > 0));
  const [csv] = await Promise.all([page.waitForEvent('download'), page.click('#evaluation-csv')]);
  const text = await csv.createReadStream().then(async (s) => { let all = ''; for await (const c of s) all += c; return all; });
  check('the server gives the table as CSV', /^\uFEFFid,name,found,on_time,on_time_of,/.test(text) && text.split('\r\n').length > 2, text.slice(0, 80));
  await sound(operator, 'in the evaluation');
  await operator.shot('evaluation');
  await operator.key('3');
  check('the handover counts what is open', await operator.wait('handover', () => Number(document.querySelector('#handover [data-key=openAll] strong')?.textContent) > 0));
  await sound(operator, 'in the handover');
  await operator.shot('handover');
  await page.click('#handover [data-key=waiting]');
  check('a figure leads to its list', await operator.wait('waiting', () => !document.getElementById('work').hidden && new URLSearchParams(location.search).get('whose') === 'waiting'));
  await page.click('#filter-clear');
}

/** A report by telephone: who calls is told at once if it is known. */
async function phoned(operator, known) {
  const { page } = operator;
  await page.focus('#grid');
  await operator.key('n');
  await page.waitForSelector('#report[open]');
  check('one reports by telephone as a rule', await page.inputValue('#report-channel') === 'hotline');
  await page.selectOption('#report-class', 'facility.manhole');
  await page.fill('#report-where', '站');
  await page.waitForSelector('#report .places button');
  check('places are found by words', await page.$$eval('#report .places button', (all) => all.length > 0));
  await page.click('#report button:has-text("在地图上选点")');
  await page.waitForSelector('.placing');
  const { what: { place } } = await operator.ask('GET', `/v1/incidents/${known}`);
  await page.evaluate((at) => window.suhe.map.jumpTo({ center: at, zoom: 16 }), place);
  const spot = await page.evaluate((at) => {
    const p = window.suhe.map.project(at);
    const r = document.getElementById('map').getBoundingClientRect();
    return [r.x + p.x + 12, r.y + p.y];
  }, place);
  await page.mouse.click(...spot);
  await page.waitForSelector('#report[open]');
  check('the doubles are told while one types', await operator.wait('near', () => /附近同类未结案件/.test(document.querySelector('#report .near')?.textContent ?? '') && document.querySelectorAll('#report .near li').length > 0));
  await sound(operator, 'in the form');
  await operator.shot('report');
  await operator.key('Escape');
}

/** Two hundred more: few lines are drawn, and all are there. */
async function many(operator) {
  const { page } = operator;
  const at = await page.evaluate(() => window.suhe.map.getCenter().toArray());
  let next = 0;
  await Promise.all(Array.from({ length: 6 }, async () => {
    for (let i = next++; i < 200; i = next++) await report(operator, { class: 'facility.lamp', title: `路灯 ${i}`, channel: 'grid', place: [at[0] + (i % 20) * 0.0004, at[1] + Math.floor(i / 20) * 0.0003] });
  }));
  check('two hundred more are listed', await operator.wait('many', () => Number(document.getElementById('grid').getAttribute('aria-rowcount')) > 200));
  await page.focus('#grid');
  await operator.key('End');
  check('End goes to the last', await operator.wait('last', () => {
    const is = document.getElementById(document.getElementById('grid').getAttribute('aria-activedescendant') ?? '');
    return is?.classList.contains('current') && is.getAttribute('aria-rowindex') === document.getElementById('grid').getAttribute('aria-rowcount');
  }));
  check('few lines are drawn', await page.$$eval('#grid .body .row', (all) => all.length) < 60);
  await operator.key('PageUp');
  await operator.key('Home');
  check('Home goes to the first', await operator.wait('first', () => document.querySelector('#grid .row.current')?.getAttribute('aria-rowindex') === '2'));
}

/** All by keys: from the page's begin to a card and back, the help, the tabs. */
async function byKeys(browser) {
  const d = await desk(browser, 'dispatcher', { width: 1366, height: 768 }, '?kind=incident&sort=age');
  const { page } = d;
  check('a filter comes with the address', await d.wait('filter', () => document.querySelector('#filter [name=kind]')?.value === 'incident' && document.querySelector('#grid .age')?.getAttribute('aria-sort') === 'ascending'));
  await d.wait('rows', () => document.querySelectorAll('#grid .body .row:not([hidden])').length > 3);
  check('the list has the focus', await page.evaluate(() => document.activeElement?.id === 'grid'));
  // What is newer may come meanwhile, and stands above.
  const first = await page.evaluate(() => window.suhe.inbox.roll.current.id);
  await d.key('j');
  await d.key('ArrowDown');
  await d.key('k');
  check('j, k and arrows move', await d.wait('moved', (id) => {
    const { rows, current } = window.suhe.inbox.roll;
    return rows[rows.findIndex((e) => e.id === id) + 1]?.id === current.id && document.querySelector('#grid .row.current')?.dataset.id === current.id;
  }, first));
  await d.key('x');
  check('x picks', await page.isVisible('#picked') && await page.getAttribute('#grid .row.current', 'aria-selected') === 'true');
  await d.key('Enter');
  check('Enter opens', await d.wait('card', () => !document.getElementById('case').hidden && document.activeElement?.id === 'case-title'));
  const opened = await page.getAttribute('#case', 'data-id');
  await d.key('j');
  check('the card follows', await d.wait('follows', (was) => document.getElementById('case').dataset.id !== was, opened));
  await sound(d, 'at 1366 × 768');
  await d.shot('small');
  await d.key('Escape');
  check('Escape closes the card and leads back', await page.isHidden('#case') && await page.evaluate(() => document.activeElement?.id === 'grid'));
  await d.key('?');
  check('? shows the keys', await page.isVisible('#keys[open]') && (await page.textContent('#keys')).includes('派遣'));
  await sound(d, 'in the list of keys');
  await d.key('Escape');
  await d.key('v');
  check('v mutes', await page.getAttribute('#mute', 'aria-pressed') === 'true');
  await d.key('t');
  check('t leads to the filters', await page.evaluate(() => document.activeElement?.tagName === 'SELECT'));
  check('nothing lies outside', await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight));
  return d;
}

const browser = await launch();
try {
  const operator = await desk(browser, 'operator', { width: 1920, height: 1080 });
  const dispatcher = await desk(browser, 'dispatcher', { width: 900, height: 640 });
  await sound(operator, 'at the desk');
  const id = await dispatched(operator, dispatcher);
  await merged(operator);
  await acknowledged(operator);
  await supervised(id, operator, dispatcher);
  await phoned(operator, id);
  await operator.only(id);
  await operator.key('Enter');
  check('the card shows where it stands', await operator.stands('dispatched'));
  await operator.page.click('#filter-clear');
  await operator.shot('desk', { width: 1440, height: 810 });
  await many(operator);
  await evaluated(operator);
  await dispatcher.page.close();
  await operator.page.click('#theme');
  await operator.page.click('#language');
  check('it speaks English', await operator.says('English', 'Handover') && /^(\(\d+\) )?Console/.test(await operator.page.title()));
  await operator.page.evaluate(() => window.rest());
  check('the pins are there in the other style too', await operator.wait('pins', () => window.suhe.map.getLayer('pins-icon') && window.suhe.map.querySourceFeatures('pins').length > 0));
  await sound(operator, 'in the light theme');
  await operator.shot('light', { width: 1440, height: 810 });
  await operator.page.close();
  const walker = await byKeys(browser);
  const patrol = await stranger(browser, base, { width: 400, height: 700 });
  await login(patrol.page, base, 'patrol', option('demo'));
  await patrol.page.goto(`${base}/console`);
  check('who files and sends nothing is led elsewhere', await patrol.wait('elsewhere', () => location.pathname !== '/console'));
  for (const d of [operator, dispatcher, walker]) {
    check(`the console of ${d.user} is clean`, d.complaints.filter((c) => !/409|412/.test(c)).length === 0, d.complaints.slice(0, 3).join(' | '));
    check(`${d.user} asks nobody else`, d.strangers.length === 0, d.strangers.join());
  }
} catch (e) {
  check('the test runs through', false, e instanceof Error ? e.stack : String(e));
} finally {
  await browser.close();
}
done();
