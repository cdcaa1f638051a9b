// The three front ends at once, as a newcomer sees them by the README: a storm raises an
// incident on the wall, the desk sends a patrol, his phone proves the work, part of it
// without a network, the desk closes and evaluates it, and a planner takes the month along.
// node e2e/fronts.mjs --base URL --demo PASSWORD [--shots FOLDER]; the node plays storms.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks, launch, login, option, stranger } from './harness.mjs';
import { picture } from './picture.mjs';

const base = option('base');
const { check, done } = checks();
/** Bytes of packed script at most; the phone's own test has that of the phone. */
const budgets = { '/screen': 700_000, '/console': 550_000, '/planner': 550_000 };
const here = { longitude: 121.4441, latitude: 31.2487, accuracy: 8 };

/** Somebody at one of the front ends, live. */
async function at(browser, path, user, viewport, more = {}, alive = () => document.getElementById('sign')?.dataset.status === 'live') {
  const v = await stranger(browser, base, viewport, more);
  v.page.setDefaultTimeout(60_000);
  await login(v.page, base, user, option('demo'));
  const began = Date.now();
  await v.page.goto(base + path);
  const live = () => v.wait('live', alive);
  check(`${path} of ${user} is live`, await live() || await live());
  const script = await v.page.evaluate(() => performance.getEntriesByType('resource').filter((r) => r.name.endsWith('.js')).reduce((n, r) => n + r.encodedBodySize, 0));
  console.log(`${path}: live after ${Date.now() - began} ms, ${script} bytes of script`);
  if (budgets[path]) check(`the script of ${path} is less than ${budgets[path] / 1000} kB`, script > 100_000 && script < budgets[path], String(script));
  return {
    ...v, user, path,
    async ask(way) {
      const answer = await v.page.request.get(base + way);
      if (!answer.ok()) throw new Error(`${way}: ${answer.status()} ${await answer.text()}`);
      return answer.json();
    },
    async shot(name) {
      if (option('shots')) await v.page.screenshot({ path: join(option('shots'), `${name}.png`) });
    },
  };
}

/** The storm's incident to which the patrol of the phone can be sent. */
async function stormy(desk) {
  for (let left = 240; left > 0; left--) {
    const { incidents } = await desk.ask('/v1/incidents?class=flood.level&open=true');
    for (const { id, state } of incidents) {
      if (state !== 'filed') continue;
      const { people } = await desk.ask(`/v1/incidents/${id}/advice`);
      const he = people.find((p) => p.person === 'patrol');
      if (he) return { id, mover: he.mover };
    }
    await desk.page.waitForTimeout(500);
  }
  throw new Error('no incident of a flood near the patrol');
}

/** 发现, 立案: by itself; the wall goes there and tells who sees it. */
async function raised(wall, desk) {
  const storm = () => wall.page.evaluate(() => !document.getElementById('spotlight').hidden && /水位/.test(document.getElementById('spotlight').textContent));
  let seen = false;
  for (const end = Date.now() + 400_000; !seen && Date.now() < end; seen = await storm()) await wall.page.waitForTimeout(500); // it comes two minutes after the node's start
  check('the storm makes itself seen on the wall', seen);
  check('a light of trouble stands on the creek', await wall.wait('beacon', () => window.suhe.view.state().stage.beacons > 0));
  await wall.shot('fronts-wall');
  const { id, mover } = await stormy(desk);
  check('the desk has it in its inbox', await desk.listed(id, 'filed'));
  return { id, mover };
}

/** 派遣: by keys and one press, and everybody knows. */
async function sent({ id, mover }, { wall, desk, phone }) {
  check('the desk finds it by its number', await desk.only(id));
  await desk.page.keyboard.press('d');
  await desk.page.waitForSelector(`#dispatch:not([hidden]) .people [data-to="${mover}"]`);
  await desk.shot('fronts-desk');
  await desk.page.click(`#dispatch .people [data-to="${mover}"]`);
  await desk.page.click('#dispatch form:not(.other) button[type=submit]');
  check('the desk shows who has it', await desk.listed(id, 'dispatched'));
  check('the wall too', await wall.stands(id, 'dispatched'));
  check('and the phone', await phone.card(id, 'dispatched'));
  await phone.shot('fronts-phone');
}

/** 处置: begun without a network, proved by a photo, known to all once there is one. */
async function handled({ id }, { wall, desk, phone }) {
  const { page } = phone;
  await page.context().setOffline(true);
  await page.evaluate(() => window.suhe.connection.drop());
  await phone.wait('offline', () => document.getElementById('sign').dataset.status === 'offline');
  for (const state of ['accepted', 'handling']) {
    await page.tap(`.card[data-id="${id}"] [data-key="do-${id}"]`);
    check(`the phone has it ${state} without a network`, await phone.card(id, state));
  }
  await page.context().setOffline(false);
  check('with a network the desk knows', await desk.listed(id, 'handling'));
  check('and the wall', await wall.stands(id, 'handling'));
  await page.tap(`.card[data-id="${id}"] .head`);
  await page.setInputFiles('#take-after', { name: '处置后.png', mimeType: 'image/png', buffer: picture(640) });
  await page.tap('#sheet [data-key="do-report"]:enabled');
  check('the desk sees the report', await desk.listed(id, 'reported'));
  check('so does the wall', await wall.stands(id, 'reported'));
}

/** 核查, 结案, 问效. */
async function ended({ id }, { wall, desk, phone }) {
  const { page } = desk;
  const closed = () => wall.page.evaluate(() => Number([...document.querySelectorAll('#phases strong')].at(-1).textContent));
  const before = await closed();
  await desk.only(id);
  await page.keyboard.press('Enter');
  await page.click('#case .deeds [data-verb=check]:enabled');
  check('the desk checks the work', await desk.card(id, 'checking'));
  await page.click('#case .deeds [data-verb=close]:enabled');
  await page.waitForSelector('#deed[open]');
  await page.click('#deed button[type=submit]');
  check('and closes the incident', await desk.card(id, 'closed'));
  check('the wall counts what is closed', await wall.wait('closed', (n) => Number([...document.querySelectorAll('#phases strong')].at(-1).textContent) > n, before));
  check('it leaves the tasks of the phone', await phone.wait('gone', (i) => !document.querySelector(`#tasks .card[data-id="${i}"]`), id));
  await page.click('#case .deeds [data-verb=evaluate]:enabled');
  await page.waitForSelector('#deed[open]');
  await page.check('#deed [name=satisfaction][value="5"]');
  await page.click('#deed button[type=submit]');
  check('and evaluated', await desk.card(id, 'evaluated'));
}

/** The month's incidents, as a file. */
async function taken({ id }, browser) {
  const planner = await at(browser, '/planner', 'planner', { width: 1366, height: 768 }, {}, () => document.querySelectorAll('#table tr[data-id]').length > 0);
  await planner.page.click('[data-tab=export]');
  const [file] = await Promise.all([planner.page.waitForEvent('download'), planner.page.click('#cases-csv')]);
  const line = readFileSync(await file.path(), 'utf8').split('\r\n').find((l) => l.includes(id)) ?? '';
  check('the planner has it in the file of the month', line.includes('evaluated'), line);
  return planner;
}

const browser = await launch();
try {
  const wall = await at(browser, '/screen', 'operator', { width: 1280, height: 720 });
  wall.stands = (id, state) => wall.wait(`wall: ${state}`, ([i, s]) => window.suhe.cases.open().find((r) => r.id === i)?.state === s, [id, state]);
  const desk = await at(browser, '/console', 'dispatcher', { width: 1366, height: 768 });
  desk.listed = (id, state) => desk.wait(`desk: ${state}`, ([i, s]) => document.querySelector(`#grid .row[data-id="${i}"]:not([hidden])`)?.dataset.state === s, [id, state]);
  desk.card = (id, state) => desk.wait(`desk's card: ${state}`, ([i, s]) => document.querySelector(`#case:not([hidden])[data-id="${i}"] .chips [data-state="${s}"]`), [id, state]);
  desk.only = async (id) => {
    await desk.page.keyboard.press('/');
    await desk.page.keyboard.press('Control+A');
    await desk.page.keyboard.type(id);
    const alone = await desk.wait('alone', (i) => {
      const rows = [...document.querySelectorAll('#grid .body .row')].filter((r) => !r.hidden);
      return rows.length === 1 && rows[0].dataset.id === i && rows[0].classList.contains('current');
    }, id);
    await desk.page.keyboard.press('Escape');
    return alone;
  };
  const phone = await at(browser, '/patrol', 'patrol', { width: 390, height: 844 }, { hasTouch: true, isMobile: true, deviceScaleFactor: 2, geolocation: here, permissions: ['geolocation'] });
  phone.card = (id, state) => phone.wait(`phone: ${state}`, ([i, s]) => document.querySelector(`#tasks .card[data-id="${i}"]`)?.dataset.state === s, [id, state]);

  const all = { wall, desk, phone };
  const trouble = await raised(wall, desk);
  await sent(trouble, all);
  await handled(trouble, all);
  await ended(trouble, all);
  const planner = await taken(trouble, browser);
  for (const [name, v] of Object.entries({ ...all, planner })) {
    const complaints = v.complaints.filter((c) => !/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED/.test(c)); // of the phone, while it had no network
    check(`the console of the ${name} is clean`, complaints.length === 0, complaints.slice(0, 3).join(' | '));
    check(`the ${name} asks nobody else`, v.strangers.length === 0, v.strangers.join());
  }
} catch (e) {
  check('the test runs through', false, e instanceof Error ? e.stack : String(e));
} finally {
  await browser.close();
}
done();
