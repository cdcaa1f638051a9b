// What one may not do is not offered; what is looked at for a reason is asked for; what changes is felt.
import { login, option, stranger } from './harness.mjs';

const size = { width: 900, height: 640 };

/** A page of somebody, live. */
async function as(browser, base, user, password) {
  const visitor = await stranger(browser, base, size);
  await login(visitor.page, base, user, password);
  await visitor.page.goto(base);
  visitor.live = await visitor.wait(`${user} live`, () => document.getElementById('sign')?.dataset.status === 'live' && /\d/.test(document.getElementById('legend')?.textContent ?? ''));
  return visitor;
}

const layers = (page) => page.$$eval('#legend input', (all) => all.map((i) => i.name));

/** Where to click to get a camera and nothing else. */
const camera = () => {
  const { map } = window.suhe;
  for (const f of map.queryRenderedFeatures({ layers: ['cameras-circle'] })) {
    const { x, y } = map.project(f.geometry.coordinates);
    const near = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]]);
    if (document.elementFromPoint(x, y)?.tagName === 'CANVAS' && !near.some((n) => ['sensors', 'movers'].includes(n.source))) return { x, y };
  }
  return undefined;
};

export async function rights(browser, chief, base, { check }) {
  const citizen = await as(browser, base, 'public', option('demo'));
  check('the public sees something', citizen.live);
  check('and is told that it is late', await citizen.wait('late', () => /公众视图 · 延迟 15 分钟/.test(document.getElementById('strip').textContent) && document.getElementById('sign').textContent === '延迟 15 分钟'));
  check('it is not offered who is here, nor what moves', await citizen.page.isHidden('#who') && !(await layers(citizen.page)).includes('movers'));
  await citizen.page.close();

  const sender = await as(browser, base, 'dispatcher', option('demo'));
  check('who dispatches is offered both', await sender.page.isVisible('#who') && (await layers(sender.page)).includes('movers'));
  await reasons(sender, { check });
  await sender.page.close();

  const keeper = await as(browser, base, option('keeper'), option('password'));
  check('who sees one street begins there', await keeper.page.evaluate(async () => {
    const { geometry } = await (await fetch('/v1/assets/310107015')).json();
    const points = geometry.coordinates.flat(Infinity).reduce((all, v, i, a) => (i % 2 ? all : [...all, [v, a[i + 1]]]), []);
    const { lng, lat } = window.suhe.map.getCenter();
    const within = (v, at) => v > Math.min(...points.map((p) => p[at])) && v < Math.max(...points.map((p) => p[at]));
    return within(lng, 0) && within(lat, 1);
  }));
  await keeper.page.evaluate(() => { window.unloaded = false; });
  const put = (body) => chief.evaluate(async ([name, b]) => (await fetch(`/v1/accounts/${name}`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(b) })).status, [option('keeper'), body]);
  check('an administrator changes what it may', await put({ roles: ['dispatcher'], areas: ['*'], disabled: false }) === 200);
  check('the page begins anew with it', await keeper.wait('anew', () => window.unloaded !== false && document.querySelector('#legend input[name=movers]')));
  check('then lets it in no more', await put({ roles: ['dispatcher'], areas: ['*'], disabled: true }) === 200);
  check('the page says so, where one logs in', await keeper.wait('revoked', () => location.pathname === '/login' && /登录已被终止/.test(document.getElementById('why')?.textContent ?? '')));
  await keeper.page.close();
}

/** Why somebody looks at a camera goes along with the question. */
async function reasons({ page, wait }, { check }) {
  const asked = [];
  page.on('request', (r) => {
    const { 'suhe-purpose': purpose, 'suhe-incident': incident } = r.headers();
    if (/\/v1\/assets\/cam-/.test(r.url())) asked.push(decodeURIComponent(purpose), incident);
  });
  await page.evaluate(async () => {
    window.suhe.map.jumpTo({ center: [121.4348, 31.2502], zoom: 17.5, pitch: 0, bearing: 0 });
    await window.rest();
  });
  check('a camera is in view', await wait('camera', camera));
  const { x, y } = await page.evaluate(camera);
  await page.mouse.click(x, y);
  check('to look at it one says what for', await wait('why', () => document.getElementById('why')?.open));
  await page.click('#why .ways button:has-text("取消")');
  check('else it is not shown', await page.isHidden('#card') && asked.length === 0);
  await page.mouse.click(x, y);
  await page.click('#why label:has-text("处置案件")');
  check('for an incident its number is wanted', await page.isDisabled('#why button[type=submit]'));
  await page.fill('#why-incident', '2026-11-0117');
  await page.click('#why button[type=submit]');
  check('with it the camera is shown, and what for', await wait('card', () => /用途 处置案件 · 2026-11-0117/.test(document.querySelector('#card:not([hidden])')?.textContent ?? '')));
  check('the server is told', asked[0] === '处置案件' && asked[1] === '2026-11-0117', asked.join());
  await page.keyboard.press('Escape');
  await page.mouse.click(x, y);
  check('once for this login', await wait('again', () => document.querySelector('#card:not([hidden])')) && !(await page.evaluate(() => document.getElementById('why').open)));
}
