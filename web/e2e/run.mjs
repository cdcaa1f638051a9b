// The browser test of the page: node e2e/run.mjs --base URL --user NAME --password TEXT [--screenshot FILE].
// Every check is one line; the exit code says whether all held.
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { company } from './company.mjs';
import { axe, checks, launch, option, visit } from './harness.mjs';
import { moving } from './moving.mjs';
import { repaint, watch } from './repaint.mjs';
import { search } from './search.mjs';

const base = option('base') ?? 'http://127.0.0.1:8080';
const { check, done } = checks();

const browser = await launch();
try {
  const { page, complaints, strangers, wait } = await visit(browser, base);
  for (const style of ['creek', 'creek-dark', 'creek-light']) {
    for (const lang of ['zh', 'en']) {
      const broken = validateStyleMin(await (await page.request.get(`${base}/styles/${style}.json?lang=${lang}`)).json());
      check(`the style ${style} keeps MapLibre's rules in ${lang}`, broken.length === 0, broken.map((c) => c.message).join(' | '));
    }
  }
  const seen = watch(page, 'assets');
  await page.goto(base);
  check('the stream is live', await wait('live', () => document.getElementById('sign')?.dataset.status === 'live'));
  check('it is told in columns', await page.evaluate(() => window.suhe.connection.socket.protocol) === 'suhe.v1.pb' && seen.binary);
  check('the age of the last frame is said', await wait('age', () => /^\d+(\.\d)? 秒前$/.test(document.getElementById('detail')?.textContent ?? '')));
  for (const layer of ['water', 'buildings', 'sensors', 'cameras', 'bridges']) {
    check(`the map draws ${layer}`, await wait(layer, (l) => window.suhe?.map.queryRenderedFeatures().some((f) => f.source === l), layer));
  }
  check('buildings have heights', await page.evaluate(() =>
    window.suhe.map.queryRenderedFeatures().some((f) => f.source === 'buildings' && f.properties.height > 3)));
  const pitch = await page.evaluate(() => window.suhe.map.getPitch());
  check('the view is pitched', pitch > 40, `pitch ${pitch}`);
  check('the title is Chinese', (await page.textContent('#title')) === '苏河数字孪生');
  check('labels are Chinese', await wait('labels', () => window.suhe.map.queryRenderedFeatures()
    .some((f) => f.layer.type === 'symbol' && /\p{Script=Han}/u.test(f.properties.name ?? ''))));
  check('the legend counts sensors', await wait('legend', () => /传感器\s*800/.test(document.getElementById('legend')?.textContent ?? '')));

  // Which sign moves within a minute is the tide's and the weather's to say.
  const told = await wait('signs', () => ['level', 'noise'].every((s) =>
    /\d/.test(document.querySelector(`#signs [data-sign=${s}]`)?.textContent ?? '')));
  check('vital signs have values', told);
  const before = await page.textContent('#signs dl');
  check('a vital sign moves', await wait('a sign', (b) => document.querySelector('#signs dl')?.textContent !== b, before));

  const spot = await page.evaluate(async () => {
    const { map, picture } = window.suhe;
    // One that moves: some that are played are stuck. And one that a click means: poles carry several.
    const noises = () => [...picture.views.get('screen').objects.values()].filter((o) => o.id.startsWith('noise'));
    const first = new Map(noises().map((o) => [o.fid, o.values.noise]));
    const inFront = ['pins', 'incidents', 'alarms', 'movers', 'sensors'];
    const seen = new Set();
    for (const end = Date.now() + 180_000; Date.now() < end;) {
      const sensor = noises().find((o) => !seen.has(o.fid) && first.has(o.fid) && o.values.noise !== first.get(o.fid));
      if (!sensor) {
        await new Promise((done) => setTimeout(done, 100));
        continue;
      }
      seen.add(sensor.fid);
      map.jumpTo({ center: [sensor.lon, sensor.lat], zoom: 17.5, pitch: 30 });
      await window.rest();
      const { x, y } = map.project([sensor.lon, sensor.lat]);
      const near = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]]).filter((f) => inFront.includes(f.source));
      if (near.length > 0 && near.every((f) => f.properties.id === sensor.id)) return { x, y, id: sensor.id };
    }
    throw new Error('no sensor that moves stands alone');
  });
  await wait('the sensor', ({ x, y, id }) => window.suhe.map.queryRenderedFeatures([x, y]).some((f) => f.properties.id === id), spot);
  await page.mouse.click(spot.x, spot.y);
  check('a click shows the card with a chart', await wait('card', (id) => document.querySelector('#card:not([hidden]) canvas')
    && document.querySelector('#card dl').textContent.includes(id), spot.id));
  check('the card shows a value with its unit', await wait('value', () => /^-?[\d.]+ \S+/.test(document.querySelector('#card .value')?.textContent ?? '')));
  const shown = await page.textContent('#card .value');
  check('the value on the card moves', await wait('value', (b) => document.querySelector('#card .value')?.textContent !== b, shown));
  await page.click('#card .eyes button');
  check('the card tells which cameras see it, and the map draws them', await wait('eyes', () =>
    (document.querySelector('#card .eyes p')?.textContent ?? '') !== '' || document.querySelectorAll('#card .eyes li').length > 0
    && window.suhe.map.querySourceFeatures('rays').length > 0));
  const clean = async (theme) => {
    const found = await axe(page, [['#map']]);
    check(`axe finds nothing in the ${theme} theme`, found.length === 0, JSON.stringify(found));
  };
  await clean('dark');
  const ground = () => page.evaluate(() => window.suhe.map.getPaintProperty('background', 'background-color'));
  const night = await ground();
  await page.click('#theme');
  check('a switch makes page and map light', await wait('light', (n) => document.documentElement.dataset.theme === 'light'
    && window.suhe.map.getPaintProperty('background', 'background-color') !== n, night));
  check('the light map draws sensors, their icons and what cameras see', await wait('icons', () => ['sensors-circle', 'sensors-icon', 'coverage-fill']
    .every((id) => window.suhe.map.queryRenderedFeatures({ layers: [id] }).length > 0)));
  await clean('light');

  await page.click('#language');
  check('English by a switch', (await page.textContent('#title')) === 'Suzhou Creek Digital Twin');
  await page.click('#language');
  await page.keyboard.press('Escape');
  check('Escape closes the card', await page.isHidden('#card'));

  await search(page, { check, wait });
  await repaint(page, base, seen, { check, wait });
  await company(browser, page, base, { check, wait });
  await moving(page, { check, wait });
  await clean('light');

  check('zoomed out, the legend counts what is in view from the stream', await (async () => {
    await page.evaluate(() => window.suhe.map.jumpTo({ center: [121.43, 31.245], zoom: 9.5, pitch: 0, bearing: 0 }));
    return wait('counts', () => {
      const { objects, clusters } = window.suhe.picture.views.get('screen');
      return ![...objects.values()].some((o) => o.layer === 'sensors') && clusters.has('sensors') && /视野内 800/.test(document.querySelector('[data-seen=sensors]')?.textContent ?? '');
    });
  })());

  await page.reload();
  check('the theme is remembered', await wait('light again', (n) => document.documentElement.dataset.theme === 'light'
    && window.suhe?.map.getPaintProperty('background', 'background-color') !== n, night));
  await page.goto(`${base}/?theme=dark`);
  check('the address overrules it', await wait('dark', (n) => document.documentElement.dataset.theme === 'dark'
    && window.suhe?.map.getPaintProperty('background', 'background-color') === n, night));

  await page.evaluate(() => window.suhe.connection.drop());
  check('a lost line shows', await wait('reconnecting', () => document.getElementById('sign')?.dataset.status === 'reconnecting'));
  check('and is mended', await wait('mended', () => document.getElementById('sign')?.dataset.status === 'live'));

  const file = option('screenshot');
  if (file) {
    await page.evaluate(async () => {
      window.suhe.map.jumpTo({ center: [121.4348, 31.2502], zoom: 15.3, pitch: 64, bearing: 24 });
      await window.rest();
    });
    await page.waitForTimeout(2500);
    await page.screenshot({ path: file });
  }
  check('the console is clean', complaints.length === 0, complaints.slice(0, 3).join(' | '));
  check('nothing comes from another origin', strangers.length === 0, strangers.slice(0, 3).join(' '));
} catch (e) {
  check('the test runs through', false, String(e));
} finally {
  await browser.close();
}
done();
