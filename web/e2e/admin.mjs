// The browser test of the administrators' desks: node e2e/admin.mjs --base URL --demo TEXT (password of the
// demo's accounts) --hook URL (that takes what a webhook is told) [--shots FOLDER].
// Every check is one line; the exit code says whether all held.
import { join } from 'node:path';
import { axe, checks, launch, login, option, stranger } from './harness.mjs';

const base = option('base');
const { check, done } = checks();
/** What a refused question leaves on the console; a test of refusals has some. */
const expected = /Failed to load resource: the server responded with a status of 4(00|04)/;

/** A page of somebody at his desks. */
async function at(browser, user, desk) {
  const visitor = await stranger(browser, base, { width: 1440, height: 1000 });
  const { page, wait } = visitor;
  page.setDefaultTimeout(60_000);
  await login(page, base, user, option('demo'));
  await page.goto(`${base}/admin#${desk}`);
  const told = (what, pattern) => wait(what, (p) => new RegExp(p).test(document.querySelector('.told')?.textContent ?? ''), pattern);
  const listed = (what, pattern) => wait(what, (p) => [...document.querySelectorAll('#desks tbody tr')].some((r) => new RegExp(p).test(r.textContent)), pattern);
  return {
    ...visitor, told, listed,
    /** Opens a desk by the navigation. */
    async open(name) {
      await page.click(`#offices a[href="#${name}"]`);
      return wait(`desk ${name}`, (n) => document.querySelector('#offices [aria-current]')?.getAttribute('href') === `#${n}` && document.querySelector('#desks table, #desks .hint'), name);
    },
    row: (text) => page.locator('#desks tbody tr', { hasText: text }),
    /** Asks the server as this account. */
    async ask(method, path, data) {
      const answer = await page.request.fetch(base + path, { method, ...(data === undefined ? {} : { data }) });
      const text = await answer.text();
      if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${text}`);
      return text ? JSON.parse(text) : undefined;
    },
    async shot(name) {
      const folder = option('shots');
      if (folder) await page.screenshot({ path: join(folder, `admin-${name}.png`) });
    },
    async accessible(what) {
      const found = await axe(page);
      check(`axe finds nothing at ${what}`, found.length === 0, JSON.stringify(found));
    },
    async leave(more = /^$/) {
      check('nothing else was complained of', visitor.complaints.every((c) => expected.test(c) || more.test(c)), visitor.complaints.join(' | '));
      check('nothing came from another origin', visitor.strangers.length === 0, visitor.strangers.join(' '));
      await page.close();
    },
  };
}

/** A rule is refused at its place, mended, saved, and raises an alarm. */
async function rules(desk) {
  const { page, wait } = desk;
  check('the rules are listed, with how often each was right', await desk.listed('ours', 'water-level-high.*水位超警戒.*内置'));
  await desk.accessible('the rules');
  await page.click('.tools .primary');
  await page.fill('dialog [name=name]', 'desk-noise');
  await page.fill('dialog [name=title]', '试验噪声');
  await page.fill('dialog [name=titleEn]', 'Noise of a test');
  await page.fill('dialog [name=classes]', 'sensor.noise');
  await page.selectOption('dialog [name=phenomenon]', 'noise');
  await page.fill('dialog [name=when]', 'value > 0.0 &&\n  valeu < 500.0');
  await page.click('dialog .ways button:has-text("校验")');
  check('what is wrong with an expression is said at its field', await wait('refused', () => /2:3 undeclared reference to 'valeu'/.test(document.querySelector('dialog .wrong:not(:empty)')?.textContent ?? '')
    && document.querySelector('dialog [name=when]')?.getAttribute('aria-invalid') === 'true'));
  check('and its place is chosen', await page.$eval('dialog [name=when]', (e) => e === document.activeElement && e.value.slice(e.selectionStart).startsWith('valeu')));
  await desk.accessible('a rule that is refused');
  await desk.shot('rule');
  await page.fill('dialog [name=when]', 'value > 0.0');
  await page.click('dialog .ways button:has-text("校验")');
  check('a good one is called good', await wait('good', () => /校验通过/.test(document.querySelector('dialog .told[role=status]')?.textContent ?? '')));
  await page.click('dialog .trial button');
  check('tried on the last day it says what it would have raised', await wait('tried', () => /会产生 [1-9]\d* 起告警/.test(document.querySelector('dialog .tried')?.textContent ?? '')
    && /noise-\d+ [\d.]+ dB/.test(document.querySelector('dialog .tried')?.textContent ?? '')), await page.textContent('dialog .tried'));
  check('and nothing is raised by that', (await desk.ask('GET', '/v1/alarms?rule=try&open=all')).alarms.length === 0);
  await desk.accessible('a rule that is tried');
  await desk.shot('trial');
  await page.selectOption('dialog [name=kind]', 'stale');
  check('another kind asks for other things, and keeps the rest', await wait('kind', () => document.querySelector('dialog [name=after]') && !document.querySelector('dialog [name=when]'))
    && await page.inputValue('dialog [name=title]') === '试验噪声' && await page.inputValue('dialog [name=name]') === 'desk-noise');
  await page.selectOption('dialog [name=kind]', 'threshold');
  await page.fill('dialog [name=when]', 'value > 0.0');
  await page.click('dialog button[type=submit]');
  check('it is saved and listed', await desk.listed('saved', 'desk-noise.*试验噪声.*1 · .* · operator'));
  const raised = await (async () => {
    for (let n = 0; n < 120; n++) {
      const { alarms } = await desk.ask('GET', '/v1/alarms?rule=desk-noise');
      if (alarms.length > 0) return alarms;
      await page.waitForTimeout(500);
    }
    return [];
  })();
  check('and raises an alarm', raised[0]?.title === '试验噪声', JSON.stringify(raised[0]));
  await desk.row('desk-noise').locator('button', { hasText: '停用' }).click();
  check('it can be turned off', await desk.listed('off', 'desk-noise.*停用.*2 · '));
  await desk.row('desk-noise').locator('button', { hasText: '删除' }).click();
  await page.click('dialog .primary');
  check('and taken away', await wait('gone', () => !/desk-noise/.test(document.querySelector('#desks').textContent)));
  await desk.shot('rules');
}

/** A fence is drawn by clicks. */
async function fences(desk) {
  const { page, wait } = desk;
  await desk.open('fences');
  await page.click('.tools .primary');
  await page.fill('dialog [name=name]', 'steps');
  await page.fill('dialog [name=title]', '亲水平台');
  await page.fill('dialog [name=titleEn]', 'Steps to the water');
  check('there is a map to draw on', await wait('map', () => document.querySelector('.drawing')?.dataset.ready === 'true'));
  const canvas = page.locator('.drawing canvas');
  for (const position of [{ x: 300, y: 120 }, { x: 460, y: 130 }, { x: 440, y: 260 }, { x: 310, y: 250 }]) await canvas.click({ position });
  const outline = () => page.$eval('dialog [name=polygon]', (e) => JSON.parse(e.value || '{}').coordinates?.[0].length);
  check('four clicks are a ring of five points', await outline() === 5, String(await outline()));
  await page.click('.drawing button:has-text("撤销一点")');
  check('one can be taken back', await outline() === 4);
  await canvas.click({ position: { x: 310, y: 250 } });
  await desk.accessible('a fence');
  await page.evaluate(() => document.querySelector('.drawing').scrollIntoView({ block: 'center' }));
  await desk.shot('fence');
  await page.click('dialog button[type=submit]');
  check('it is saved', await desk.listed('fence', 'steps.*亲水平台.*多边形'));
  const { doc } = await desk.ask('GET', '/v1/fences/steps');
  check('as it was drawn', doc.polygon?.coordinates[0].length === 5 && doc.shape === undefined, JSON.stringify(doc));
  await page.click('.tools .primary');
  await page.selectOption('dialog [name=shape]', 'corridor');
  await page.fill('dialog [name=name]', 'works');
  await page.fill('dialog [name=title]', '施工段');
  await page.fill('dialog [name=titleEn]', 'Works');
  for (const [name, value] of [['from', 1800], ['to', 1200], ['width', 80]]) await page.fill(`dialog [name="corridor.${name}"]`, String(value));
  await page.click('dialog button[type=submit]');
  check('a corridor that ends before it begins is refused at its field', await wait('corridor', () => document.querySelector('dialog [name="corridor.from"]')?.getAttribute('aria-invalid') === 'true'));
  await page.fill('dialog [name="corridor.to"]', '2400');
  await page.click('dialog button[type=submit]');
  check('and taken when it is mended', await desk.listed('works', 'works.*施工段.*左岸 1800–2400 m, 80 m'));
}

/** What else they see who set rules. */
async function standards(desk) {
  const { page, wait } = desk;
  await desk.open('silences');
  await page.click('.tools .primary');
  await page.fill('dialog [name=name]', 'dredging');
  await page.fill('dialog [name=why]', '清淤施工');
  await page.fill('dialog [name="match.causes"]', 'flood, low-water');
  await page.click('dialog button[type=submit]');
  check('a silence is kept', await desk.listed('silence', 'dredging.*清淤施工.*causes: flood, low-water'));

  await desk.open('calendar');
  check('a holiday is shown', await wait('holiday', () => document.querySelector('[data-date="2026-10-01"]')?.className === 'day holiday' && document.querySelector('[data-date="2026-10-10"]')?.className === 'day shifted'));
  await page.fill('.filters [name=from]', '2026-09-30T16:00');
  await page.fill('.filters [name=n]', '4');
  await page.click('.filters button');
  check('and what a limit means over it', await wait('due', () => /2026年10月8日.* 11:00$/.test(document.querySelector('.due')?.textContent ?? '')), await page.textContent('.due'));
  await desk.accessible('the calendar');
  await desk.shot('calendar');

  await desk.open('classes');
  check('event classes tell their limits', await desk.listed('limits', '水面漂浮物.*16 工作时'));
  await page.fill('.find', 'flood.level');
  check('they can be searched', await wait('found', () => document.querySelectorAll('#desks tbody tr').length === 1));
  await page.click('#desks tbody button');
  check('and looked at', await wait('class', () => /立案条件水位超过警戒值/.test(document.querySelector('dialog')?.textContent ?? '')));
  await page.click('dialog .ways .primary');
  await page.fill('.find', 'water_level');
  await page.click('.tabs button:has-text("观测量")');
  check('and so are phenomena', await desk.listed('phenomenon', 'water_level'));
}

/** Devices, what they are told, and what they sent in vain. */
async function devices(desk) {
  const { page, wait } = desk;
  await desk.open('devices');
  check('devices are listed with their states', await desk.listed('device', 'wl-\\d{4}.*在线'));
  // One that is there: of those that are played, some are silent for hours.
  const id = await page.evaluate(() => [...document.querySelectorAll('#desks tbody tr')].map((r) => /(wl-\d{4}).*在线/.exec(r.textContent)?.[1]).find((found) => found));
  await page.fill('.filters [name=words]', id.toUpperCase());
  await page.click('.filters button');
  check('and found by words', await wait('one', () => document.querySelectorAll('#desks tbody tr').length === 1));
  await page.click('#desks tbody button');
  await page.waitForSelector('dialog .commands select');
  await page.selectOption('dialog .commands select', { label: '自检' });
  await page.click('dialog .commands button[type=submit]');
  check('one is told something, and answers', await wait('command', () => /自检.*(已完成|失败|拒绝|超时)/.test(document.querySelector('dialog .commands tbody')?.textContent ?? '')));
  await desk.accessible('a device');
  await desk.shot('device');
  await page.click('dialog > .content > .ways .primary');

  const lost = { observations: [{ id: 'late-1', values: { noise: 51 } }] };
  await desk.ask('POST', '/v1/observations', lost);
  await desk.open('letters');
  const letter = async () => {
    for (let n = 0; n < 60; n++) {
      await page.click('.filters button');
      if (await desk.row('late-1').count() > 0) return true;
      await page.waitForTimeout(500);
    }
    return false;
  };
  check('what was refused is a dead letter', await letter());
  await desk.row('late-1').locator('button', { hasText: '查看' }).first().click();
  check('it can be read', await wait('payload', () => /"late-1"/.test(document.querySelector('dialog pre')?.textContent ?? '')));
  await desk.accessible('a dead letter');
  await page.click('dialog .primary');
  await desk.row('late-1').locator('button', { hasText: '重放' }).first().click();
  check('replayed, it is refused again for the same reason', await desk.told('refused', '仍被拒'));
  await desk.ask('PUT', '/v1/assets/late-1', {
    kind: 'sensor', class: 'sensor.noise', name: '补录噪声', lifecycle: 'in_use', geometry: { type: 'Point', coordinates: [121.4348, 31.2502] },
    sensor: { measures: [{ phenomenon: 'noise', unit: 'dB(A)', normal: [30, 70] }], reportInterval: 60 },
  }).catch((e) => check('the device is registered', false, e.message));
  await desk.row('late-1').locator('button', { hasText: '重放' }).first().click();
  check('when the device is registered it is let in', await desk.told('let in', '^已接收'));
  await desk.shot('letters');

  await desk.open('mappings');
  check('mappings are listed', await desk.listed('mapping', 'desk.*正常.*POST /v1/ingest/desk'));
  check('a broken one says why', await desk.listed('broken', 'torn.*有误'));
  await desk.row('levels in millimetres').locator('button').click();
  await page.fill('dialog textarea', '{"list":[{"sn":"0001","v":3120},{"sn":"0002","v":"high"}]}');
  await page.click('dialog button[type=submit]');
  check('one is tried on a payload', await wait('tried', () => /wl-0001.*3\.12 m/.test(document.querySelector('dialog .tried')?.textContent ?? '') && document.querySelector('dialog .tried .wrong')));
  await desk.accessible('a mapping');
  await page.click('dialog .ways button');
}

/** A key is made, told once, and revoked. */
async function keys(desk) {
  const { page, wait } = desk;
  await desk.open('keys');
  await page.click('.tools .primary');
  await page.fill('dialog [name=name]', 'desktop GIS');
  await page.fill('dialog [name=expires]', '2036-01-01T00:00');
  await page.check('dialog [value=view]');
  await page.click('dialog button[type=submit]');
  check('a key of ten years is refused at its field', await wait('expires', () => document.querySelector('dialog [name=expires]')?.getAttribute('aria-invalid') === 'true'));
  await page.fill('dialog [name=expires]', new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 16));
  await page.click('dialog button[type=submit]');
  check('one of a month is made and told once', await wait('key', () => /^suhe_key_/.test(document.querySelector('dialog .secret')?.textContent ?? '')));
  await page.click('dialog .ways .primary');
  check('it is listed without its text', await desk.listed('key', 'desktop GIS.*查看') && !/suhe_key_/.test(await page.textContent('#desks')));
  await desk.row('desktop GIS').locator('button', { hasText: '吊销' }).click();
  await page.click('dialog .primary');
  check('and revoked', await desk.listed('revoked', 'desktop GIS.*已吊销'));
}

/** Both languages and both themes; the address says which desk is open. */
async function looks(desk) {
  const { page, wait } = desk;
  await page.click('#language');
  check('it speaks English', await wait('English', () => document.querySelector('.desk h2')?.textContent === 'API keys' && /Alarm rules/.test(document.getElementById('offices').textContent)));
  for (const name of ['rules', 'classes', 'calendar', 'devices', 'letters']) {
    await desk.open(name);
    const han = await page.$$eval('#nav, .desk > header, .desk th, .desk button, .desk label', (all) => all.map((e) => e.textContent).filter((t) => /[\u4e00-\u9fff]/.test(t)));
    check(`all of ${name} speaks English`, han.length === 0, han.join(' | '));
  }
  await desk.open('rules');
  await page.click('#theme');
  await desk.accessible('the rules in the light theme');
  await desk.shot('english');
  await page.reload();
  check('the address says which desk is open', await wait('again', () => document.querySelector('.desk h2')?.textContent === 'Alarm rules' && document.querySelectorAll('#desks tbody tr').length > 5));
}

/** Who admits others: roles, trees, webhooks. */
async function security(desk) {
  const { page, wait } = desk;
  check('who admits is offered no rules', await page.locator('#offices a[href="#rules"]').count() === 0 && await page.locator('#offices a[href="#webhooks"]').count() === 1);
  check('the table of roles tells what each may', await desk.listed('roles', '派遣员.*派遣.*个人信息'));
  await desk.open('trees');
  await page.click('.tools .primary');
  await page.fill('dialog [name=name]', 'water');
  await page.fill('dialog [name=nodes]', '{"water": ["310107015"]');
  await page.click('dialog button[type=submit]');
  check('what is no JSON is said at its field', await wait('json', () => document.querySelector('dialog [name=nodes]')?.getAttribute('aria-invalid') === 'true'));
  await page.fill('dialog [name=nodes]', '{"water": ["310107015"]}');
  await page.click('dialog button[type=submit]');
  check('a tree is kept', await desk.listed('tree', 'water.*water → 310107015'));

  await desk.open('webhooks');
  await page.click('.tools .primary');
  await page.fill('dialog [name=name]', 'bureau');
  await page.fill('dialog [name=url]', option('hook'));
  await page.fill('dialog [name=account]', 'operator');
  await page.check('dialog [value=alarm]');
  await page.check('dialog [value=alarms]');
  await page.click('dialog button[type=submit]');
  check('a webhook is made, its secret told once', await wait('secret', () => (document.querySelector('dialog .secret')?.textContent ?? '').length > 20));
  await page.click('dialog .ways .primary');
  await desk.row('bureau').locator('button', { hasText: '测试' }).click();
  check('and takes a test message', await desk.told('test', '测试消息已被接收，用时 \\d+ ms'), await page.textContent('.told'));
  await desk.accessible('the webhooks');
  await desk.shot('webhooks');
}

const browser = await launch();
try {
  const desk = await at(browser, 'operator', 'rules');
  await rules(desk);
  await fences(desk);
  await standards(desk);
  await devices(desk);
  await keys(desk);
  await looks(desk);
  await desk.leave();
  const chief = await at(browser, 'security', 'roles');
  await security(chief);
  await chief.leave();
} catch (e) {
  check('the test runs through', false, e.stack);
} finally {
  await browser.close();
}
done();
