// The loop on the screen, from 发现 to 问效: node e2e/loop.mjs --base URL --demo PASSWORD.
// One account files, dispatches and checks, another handles; every step is done by
// clicks on one screen and seen on the other.
import { axe, checks, launch, login, option, picture, stranger } from './harness.mjs';

const base = option('base');
const { check, done } = checks();
const title = '井盖缺失 · 梦清园东门';
const place = [121.4346, 31.2504];

/** The page of a demo account, live; where is the place on the map that it begins at. */
async function as(browser, user, viewport, where = '') {
  const v = await stranger(browser, base, viewport);
  await login(v.page, base, user, option('demo'));
  await v.page.goto(`${base}/${where}`);
  const live = () => v.wait('live', () => document.getElementById('sign')?.dataset.status === 'live');
  check(`the screen of ${user} is live`, await live() || await live()); // the other draws meanwhile
  return {
    ...v, user,
    /** Asks the server as this account. */
    async ask(method, path, data) {
      const answer = await v.page.request.fetch(base + path, { method, ...(data === undefined ? {} : { data }) });
      if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
      return answer.text().then((text) => (text ? JSON.parse(text) : undefined));
    },
    listed: (id, state) => v.wait(`${user}: ${id} ${state}`, ([i, s]) => document.querySelector(`#cases-list [data-id="${i}"]`)?.dataset.state === s, [id, state]),
    stands: (state) => v.wait(`${user}: the card ${state}`, (s) => document.querySelector(`#case:not([hidden]) .chips [data-state="${s}"]`), state),
    deeds: () => v.page.$$eval('#case .deeds button', (all) => all.map((b) => b.dataset.verb)),
    /** Presses a button of the card, and OK if something is asked. */
    async press(verb, fill) {
      await v.page.click(`#case .deeds [data-verb="${verb}"]:enabled`);
      if (!fill) return;
      await v.page.waitForSelector('#deed[open]');
      await fill(v.page);
      await v.page.click('#deed button[type=submit]');
    },
    said: (what, pattern) => v.wait(what, (p) => new RegExp(p).test(document.querySelector('#case:not([hidden])')?.textContent ?? ''), pattern),
  };
}

const nothing = () => {};

async function discovered(chief) {
  const { id } = await chief.ask('POST', '/v1/incidents', { channel: 'patrol', class: 'facility.manhole', title, place, text: '井盖缺失，已放置警示桩。' });
  check('a new one of 重大 makes itself seen', await chief.wait('banner', (t) => {
    const box = document.getElementById('urgent');
    return box && !box.hidden && box.getAttribute('role') === 'alert' && box.textContent.includes(t) && box.textContent.includes('重大');
  }, title));
  check('it is in the list, discovered', await chief.listed(id, 'discovered'));
  check('the button counts it', /案件 [1-9]/.test(await chief.page.textContent('#cases-button')));
  await chief.page.click('#urgent button:has-text("查看")');
  check('a click shows its card', await chief.stands('discovered') && (await chief.page.textContent('#case h2')) === title);
  check('and puts the banner away', await chief.wait('no banner', (t) => !document.getElementById('urgent').textContent.includes(t), title));
  check('the map goes there and draws it', await chief.wait('drawn', (i) => window.suhe.map.getZoom() > 16 && window.suhe.map.queryRenderedFeatures({ layers: ['incidents-icon'] })
    .some((f) => f.properties.id === i && f.properties.state === 'discovered' && f.properties.severity === 2), id));
  check('the legend counts it', await chief.wait('legend', () => /案件\s*[1-9]/.test(document.getElementById('legend').textContent)));
  return id;
}

async function filed(chief, id) {
  const offered = await chief.deeds();
  check('who may not handle is not offered to', offered.includes('file') && offered.includes('reject') && !offered.includes('accept') && !offered.includes('report'), offered.join());
  await chief.page.click('#case [data-verb=reject]');
  await chief.page.waitForSelector('#deed[open]');
  await chief.page.click('#deed button[type=submit]');
  check('where a reason is needed none is not taken', await chief.page.isVisible('#deed[open]'));
  const found = await axe(chief.page, [['#map']]);
  check('axe finds nothing in the form', found.length === 0, JSON.stringify(found));
  await chief.page.keyboard.press('Escape');
  check('Escape closes the form and not the card', await chief.page.isHidden('#deed') && await chief.page.isVisible('#case'));
  await chief.press('file', nothing);
  check('filed', await chief.stands('filed') && await chief.listed(id, 'filed'));
  await chief.press('dispatch', async (page) => {
    check('advice says to whom', (await page.$$('#deed .to [value^="unit:"]')).length > 0);
    await page.click('#deed .to [value^="unit:"]');
  });
  check('dispatched', await chief.stands('dispatched') && await chief.listed(id, 'dispatched'));
}

async function handled(chief, handler, id) {
  check('who handles it sees it', await handler.listed(id, 'dispatched'));
  await handler.page.focus(`#cases-list [data-id="${id}"] button`);
  await handler.page.keyboard.press('Enter');
  check('the keyboard opens it', await handler.stands('dispatched') && await handler.page.evaluate(() => document.activeElement?.id === 'case-title'));
  const offered = await handler.deeds();
  check('and is offered to accept or return, not to check', offered[0] === 'accept' && offered.includes('return') && !offered.includes('check') && !offered.includes('dispatch'), offered.join());
  await handler.press('accept');
  check('accepted, on both screens', await handler.stands('accepted') && await chief.stands('accepted'));
  await handler.press('handle');
  check('handled, on both screens', await handler.stands('handling') && await chief.stands('handling'));
  check('the clock of handling runs', await chief.wait('clock', () => [...document.querySelectorAll('#case .clocks li')].some((l) => l.textContent.includes('处置') && l.dataset.light === 'green')));
  check('without a photo it cannot be reported', await handler.page.isDisabled('#case [data-verb=report]') && await handler.said('wanting', '还需 1 张处置后照片'));
  await handler.page.setInputFiles('#case-file', { name: '处置后.png', mimeType: 'image/png', buffer: picture(48) });
  await handler.page.click('#case .upload button');
  check('a photo is sent, and seen on both screens', await Promise.all([handler, chief].map((s) => s.wait('photo', () => {
    const shown = document.querySelector('#case .gallery[data-when=after] img');
    return shown?.complete && shown.naturalWidth > 0;
  }))).then((all) => all.every(Boolean)));
  await handler.press('report', nothing);
  check('reported, on both screens', await handler.stands('reported') && await chief.stands('reported'));
  check('who handled it is not offered to check it', !(await handler.deeds()).includes('check'));
}

async function closed(chief, handler, id) {
  await chief.press('check');
  check('checked', await chief.stands('checking'));
  await chief.press('rework', (page) => page.fill('#deed-reason', '警示桩未撤除'));
  check('sent back with the reason', await handler.stands('rework') && await handler.said('why', '警示桩未撤除'));
  check('a new round wants a new photo', await handler.said('wanting', '还需 1 张处置后照片'));
  await handler.press('handle');
  await handler.stands('handling');
  await handler.page.setInputFiles('#case-file', { name: '返工后.png', mimeType: 'image/png', buffer: picture(64) });
  await handler.page.click('#case .upload button');
  await handler.page.waitForSelector('#case [data-verb=report]:enabled', { timeout: 60_000 });
  await handler.press('report', nothing);
  await chief.stands('reported');
  await chief.press('check');
  await chief.stands('checking');
  await chief.press('close', nothing);
  check('closed, on both screens', await chief.stands('closed') && await handler.stands('closed'));
  check('it leaves the list and the map', await chief.wait('gone', (i) => !document.querySelector(`#cases-list [data-id="${i}"]`)
    && !window.suhe.map.queryRenderedFeatures({ layers: ['incidents-icon'] }).some((f) => f.properties.id === i), id));
  await chief.press('evaluate', (page) => page.check('#deed [name=satisfaction][value="5"]'));
  check('evaluated', await chief.stands('evaluated'));
  const told = await chief.page.$$eval('#case .timeline li', (all) => all.map((l) => l.dataset.verb).reverse());
  const way = ['create', 'file', 'dispatch', 'accept', 'handle', 'attach', 'report', 'check', 'rework', 'handle', 'attach', 'report', 'check', 'close', 'evaluate'];
  check('the card tells all that happened', JSON.stringify(told) === JSON.stringify(way), told.join());
  await chief.page.keyboard.press('Escape');
  await chief.page.selectOption('#cases-filter [name=kind]', 'over');
  check('it is found among those that are over', await chief.listed(id, 'evaluated'));
  await chief.page.selectOption('#cases-filter [name=kind]', '');
}

/** A rule that holds at once of a device that plays raises an alarm. */
async function alarmed(chief, handler) {
  await chief.ask('PUT', '/v1/rules/seen-by-the-test', {
    title: '水位演练', titleEn: 'Drill', kind: 'threshold', classes: ['sensor.water_level'], phenomenon: 'water_level', when: 'value > -100.0', severity: 3, gather: 100000,
  });
  const raised = () => chief.page.evaluate(() => [...document.querySelectorAll('#cases-list [data-kind=alarm]')].find((l) => l.textContent.includes('水位演练'))?.dataset.id);
  check('observations raise an alarm that is in the list', await chief.wait('raised', () => [...document.querySelectorAll('#cases-list [data-kind=alarm]')].some((l) => l.textContent.includes('水位演练'))));
  const id = await raised();
  await chief.page.click(`#cases-list [data-id="${id}"] button`);
  check('its card tells what raised it', await chief.stands('raised') && await chief.said('values', '水位 -?[\\d.]+ m'));
  check('the map draws it', await chief.wait('drawn', (i) => window.suhe.map.queryRenderedFeatures({ layers: ['alarms-icon'] }).some((f) => f.properties.id === i), id));
  await chief.press('acknowledge');
  check('acknowledged', await chief.stands('acknowledged') && await chief.listed(id, 'acknowledged'));
  const lamps = await chief.page.$$eval('#case .cameras button', (all) => all.length);
  if (lamps > 0) {
    await chief.page.click('#case .cameras button');
    check('to look through a camera that sees it one says what for', await chief.wait('why', () => document.getElementById('why')?.open));
    await chief.page.keyboard.press('Escape');
  }
  check('who handles sees no alarms', (await handler.page.$$('#cases-list [data-kind=alarm]')).length === 0);
  await chief.ask('DELETE', '/v1/rules/seen-by-the-test');
  check('it is over when its rule is gone', await chief.wait('over', (i) => !document.querySelector(`#cases-list [data-id="${i}"]`), id));
}

const browser = await launch();
try {
  // Small screens: both are drawn by the processor.
  const chief = await as(browser, 'operator', { width: 1280, height: 760 });
  const handler = await as(browser, 'handler', { width: 900, height: 600 }, '#18/31.2504/121.4346'); // little to draw
  check('the list is open where there is room for it', await chief.page.isVisible('#cases') && await handler.page.isHidden('#cases'));
  await handler.page.click('#cases-button');
  const id = await discovered(chief);
  await filed(chief, id);
  await handled(chief, handler, id);
  for (const s of [chief, handler]) {
    const found = await axe(s.page, [['#map']]);
    check(`axe finds nothing on the screen of ${s.user}`, found.length === 0, JSON.stringify(found));
  }
  await closed(chief, handler, id);
  await alarmed(chief, handler);
  await chief.page.click('#theme');
  await chief.page.click('#language');
  check('it speaks English', await chief.wait('English', () => /Incidents and alarms/.test(document.getElementById('cases').textContent)));
  const found = await axe(chief.page, [['#map']]);
  check('axe finds nothing in the light theme', found.length === 0, JSON.stringify(found));
  for (const s of [chief, handler]) check(`the console of ${s.user} is clean`, s.complaints.length === 0, s.complaints.slice(0, 3).join(' | '));
} catch (e) {
  check('the test runs through', false, e instanceof Error ? e.stack : String(e));
} finally {
  await browser.close();
}
done();
