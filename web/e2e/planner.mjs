// The planners' page: node e2e/planner.mjs --base URL --demo PASSWORD [--pictures DIR].
// What the page shows is compared with what the server answers by itself.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axe, checks, launch, login, option, stranger } from './harness.mjs';
import { past, questions } from './planning.mjs';

const base = option('base');
const { check, done } = checks();
const small = { width: 1366, height: 768 };
const large = { width: 1920, height: 1080 };
const folder = mkdtempSync(join(tmpdir(), 'planner-'));

/** The page of somebody, and ways to act on it. */
async function desk(browser, user, viewport, hash = '') {
  const v = await stranger(browser, base, viewport, { acceptDownloads: true });
  await login(v.page, base, user, option('demo'));
  await v.page.goto(`${base}/planner${hash}`);
  const ask = async (path, data) => {
    const answer = await v.page.request.fetch(base + path, { timeout: 60_000, ...(data === undefined ? {} : { method: 'POST', data }) });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  return {
    ...v, ask,
    tab: (name) => v.page.click(`[data-tab=${name}]`),
    /** Waits until the table says how many there are. */
    counted: (n) => v.wait(`the table counts ${n}`, (want) => document.querySelector('#table .note')?.textContent.startsWith(`${want.toLocaleString('en')} `), n),
    figure: (name, n) => v.wait(`${name} is ${n}`, ([k, want]) => document.querySelector(`[data-figure=${k}]`)?.textContent === want.toLocaleString('en'), [name, n]),
    text: (selector) => v.page.textContent(selector),
    rest: () => v.page.evaluate(() => window.rest()),
    shot: async (name) => { if (option('pictures')) await v.page.screenshot({ path: join(option('pictures'), `${name}.png`) }); },
    /** How many of these are drawn. */
    drawn: (source, property, value) => v.page.evaluate(([s, p, w]) => window.suhe.map.queryRenderedFeatures().filter((f) => f.source === s && (p === undefined || f.properties[p] === w)).length, [source, property, value]),
    go: (center, zoom) => v.page.evaluate(async ([c, z]) => { window.suhe.map.jumpTo({ center: c, zoom: z }); await window.rest(); }, [center, zoom]),
    /** Where a place is on the screen. */
    at: (place) => v.page.evaluate((p) => {
      const { x, y } = window.suhe.map.project(p);
      const box = document.getElementById('map').getBoundingClientRect();
      return [box.x + x, box.y + y];
    }, place),
  };
}

async function clean(d, what) {
  const found = await axe(d.page);
  check(`axe finds nothing: ${what}`, found.length === 0, JSON.stringify(found));
}

const items = (layer, filter, more = '') => `/ogc/collections/${layer}/items?limit=20${filter ? `&filter=${encodeURIComponent(filter)}` : ''}${more}`;
const first = (d) => d.page.evaluate(() => [...document.querySelectorAll('#table tr[data-id]')].slice(0, 10).map((r) => r.dataset.id));

/** Layers are switched, classes left out, and legends are those of the style. */
async function layers(d) {
  check('the table counts what the server has', await d.counted((await d.ask(items('assets'))).numberMatched));
  check('figures too', await d.figure('total', (await d.ask('/v1/summary?kind=asset')).total));
  await d.go([121.4338, 31.2494], 16.3);
  check('lamps, trees and sensors are drawn', await d.drawn('assets', 'class', 'asset.lamp') > 0 && await d.drawn('assets', 'class', 'asset.tree') > 0 && await d.drawn('sensors') > 0);
  await d.page.uncheck('[data-key=show-sensors]');
  await d.rest();
  check('a layer is switched off', await d.drawn('sensors') === 0);
  await d.page.click('[data-key=open-assets]');
  const colour = await d.page.evaluate(() => {
    const style = window.suhe.map.getStyle().layers.find((l) => l.id === 'assets-circle').paint['circle-color'];
    const swatch = document.querySelector('[data-key="class-assets-asset.tree"]').closest('label').querySelector('.swatch');
    return [style[style.indexOf('asset.tree') + 1], swatch.style.getPropertyValue('--is')];
  });
  check('the legend has the colour of the style', colour[0] === colour[1] && colour[0]?.startsWith('#'), colour.join());
  await d.page.uncheck('[data-key="class-assets-asset.tree"]');
  const without = (await d.ask(items('assets', "class NOT IN ('asset.tree')"))).numberMatched;
  check('a class that is left out is in no table', await d.counted(without));
  await d.rest();
  check('and not on the map', await d.wait('no trees', () => !window.suhe.map.queryRenderedFeatures().some((f) => f.source === 'assets' && f.properties.class === 'asset.tree')) && await d.drawn('assets', 'class', 'asset.lamp') > 0);
  await d.page.check('[data-key="class-assets-asset.tree"]');
  await d.page.fill('[data-key=opacity-assets]', '50');
  check('a layer is made paler', await d.wait('paler', () => window.suhe.map.getPaintProperty('assets-circle', 'circle-opacity')?.at(-1) === 0.425));
  await d.page.fill('[data-key=opacity-assets]', '100');
  await d.page.click('[data-key=up-assets]');
  check('and put above another', await d.wait('above', () => {
    const ids = window.suhe.map.getStyle().layers.map((l) => l.id);
    return ids.indexOf('assets-circle') > ids.indexOf('cameras-circle');
  }));
  await clean(d, 'layers');
}

/** A filter is built, is text, narrows map, table and files alike; what is wrong with it is said where. */
async function filters(d) {
  await d.tab('filter');
  const before = await d.drawn('assets');
  await d.page.click('[data-key=f-add]');
  await d.page.selectOption('[data-key="f.0-value"]', 'asset.lamp');
  await d.page.click('[data-key=f-add]');
  await d.page.selectOption('[data-key="f.1-property"]', 'bank');
  await d.page.selectOption('[data-key="f.1-value"]', 'left');
  const text = "class = 'asset.lamp' AND bank = 'left'";
  check('the builder writes CQL2', await d.page.inputValue('#cql') === text, await d.page.inputValue('#cql'));
  await d.page.click('[data-key=apply]');
  const answer = await d.ask(items('assets', text));
  check('the table has what the server answers', await d.counted(answer.numberMatched));
  check('the same features in the same order', JSON.stringify(await first(d)) === JSON.stringify(answer.features.slice(0, 10).map((f) => f.id)));
  check('the map shows fewer', await d.wait('fewer', (n) => {
    const shown = window.suhe.map.queryRenderedFeatures().filter((f) => f.source === 'assets');
    return shown.length > 0 && shown.length < n && shown.every((f) => f.properties.class === 'asset.lamp');
  }, before));
  await d.shot('planner-filter');
  await clean(d, 'a filter');

  await d.page.fill('#cql', `${text} AND chainage > 12000 AND NOT (severity = 1)`);
  check('a text becomes conditions', await d.wait('conditions', () => document.querySelectorAll('.built .condition').length === 4));
  await d.page.fill('#cql', "class LIKE 'asset.l%' AND chainage BETWEEN 12000 AND 12500");
  check('one that they cannot say stays a text', await d.wait('by hand', () => /按文本执行/.test(document.querySelector('#pane-filter').textContent)));
  await d.page.click('[data-key=apply]');
  check('and works', await d.counted((await d.ask(items('assets', "class LIKE 'asset.l%' AND chainage BETWEEN 12000 AND 12500"))).numberMatched));
  for (const [wrong, at] of [["class = 'asset.lamp' AND colour = 3", 26], ["class = ", 8]]) {
    await d.page.fill('#cql', wrong);
    await d.page.click('[data-key=apply]');
    check(`it is said where ${wrong} is wrong`, await d.wait('wrong', (n) => document.querySelector('#pane-filter .told.bad')?.textContent.startsWith(`第 ${n} 个字符处`), at), await d.text('#pane-filter .told'));
    check('and the place is chosen', await d.page.evaluate(() => document.activeElement.id === 'cql' && document.activeElement.selectionStart) === at - 1);
  }
  await d.page.fill('#cql', text);
  await d.page.click('[data-key=apply]');
  await d.counted(answer.numberMatched);
  await d.tab('filter');
}

/** Sorting, choosing columns, more rows by scrolling, and the ties between table and map. */
async function table(d) {
  await d.page.click('[data-sort=chainage]');
  const sorted = (await d.ask(items('assets', "class = 'asset.lamp' AND bank = 'left'", '&sortby=chainage'))).features.slice(0, 10).map((f) => f.id);
  check('the table is sorted by the server', await d.wait('sorted', (want) => JSON.stringify([...document.querySelectorAll('#table tr[data-id]')].slice(0, 10).map((r) => r.dataset.id)) === want, JSON.stringify(sorted)));
  await d.page.click('.columns summary');
  await d.page.check('[data-column=owner]');
  check('a column is added', await d.wait('column', () => document.querySelector('#table [data-sort=owner]') && document.querySelectorAll('#table tr[data-id]').length > 0));
  await d.page.click('.columns summary');
  check('it goes on by pages', await d.wait('rows', () => {
    const s = document.querySelector('#table .scroll');
    s.scrollTop = s.scrollHeight;
    return Math.max(...[...document.querySelectorAll('#table tr[data-id]')].map((r) => Number(r.getAttribute('aria-rowindex')))) > 350;
  }));
  check('and draws only rows that are seen', await d.page.evaluate(() => document.querySelectorAll('#table tr[data-id]').length) < 120);
  await d.page.evaluate(() => { document.querySelector('#table .scroll').scrollTop = 0; });
  const row = d.page.locator(`#table tr[data-id="${sorted[2]}"]`); // which is drawn anew as one scrolls
  await row.hover();
  check('what is pointed at in the table is shown on the map', await d.wait('mark', () => window.suhe.map.getStyle().sources.mark.data.features.length === 1));
  await row.click();
  check('a click goes there', await d.wait('there', (id) => window.suhe.map.getZoom() > 16 && window.suhe.map.queryRenderedFeatures().some((f) => f.source === 'assets' && f.properties.id === id), sorted[2]));
  await d.rest();
  const place = (await d.ask(`/ogc/collections/assets/items/${sorted[0]}`)).geometry.coordinates;
  await d.go(place, 18);
  await d.page.mouse.move(...await d.at([place[0] + 0.0004, place[1]]));
  await d.page.mouse.move(...await d.at(place), { steps: 3 });
  check('what is pointed at on the map is shown in the table', await d.wait('row', (id) => document.querySelector(`#table tr.pointed[data-id="${id}"]`), sorted[0]));
  await d.page.mouse.click(...await d.at(place));
  check('and chosen by a click', await d.wait('chosen', (id) => document.querySelector(`#table tr.on[data-id="${id}"]`) && document.querySelector('#table .chosen'), sorted[0]));
  await d.page.click('[data-key=details]');
  check('its card tells all', await d.wait('card', () => !document.getElementById('card').hidden && document.querySelector('#card h2')?.textContent !== ''));
  await d.page.keyboard.press('Escape');
  check('Escape closes it', await d.page.isHidden('#card'));
}

/** A bar narrows; a shape is the ground of figures. */
async function figures(d) {
  await d.tab('figures');
  await d.page.selectOption('[data-key=by]', 'area');
  await d.page.waitForSelector('.bars button.bar');
  const counted = await d.ask(`/v1/aggregate?by=area&kind=asset&filter=${encodeURIComponent("class = 'asset.lamp' AND bank = 'left'")}`);
  const most = counted.groups.reduce((a, b) => (b.count > a.count ? b : a));
  check('bars are those of the server', await d.wait('bars', (n) => document.querySelectorAll('#pane-figures .bars li').length === n, counted.groups.length));
  check('areas are coloured', await d.wait('areas', () => window.suhe.map.getStyle().sources.answer.data.features.length > 0 && !document.getElementById('key').hidden));
  await d.page.click('.bars button.bar >> nth=0');
  check('a bar that is clicked narrows', await d.counted(most.count));
  check('by a condition more', (await d.page.inputValue('#cql')) === `class = 'asset.lamp' AND bank = 'left' AND area = '${most.area}'`, await d.page.inputValue('#cql'));
  await d.tab('filter');
  await d.page.click('[data-key=clear]');
  await d.counted((await d.ask(items('assets'))).numberMatched);
  for (const by of ['grid', 'chainage', 'class']) {
    await d.page.selectOption('[data-key=by]', by);
    const n = by === 'class' ? Object.keys((await d.ask('/v1/summary?kind=asset')).kinds[0].classes).length : (await d.ask(`/v1/aggregate?by=${by}&size=500&kind=asset`)).groups.length;
    check(`counted by ${by}`, await d.wait(by, (want) => document.querySelectorAll('#pane-figures .bars li').length === want, Math.min(n, 41)), String(n));
    if (by === 'grid') await d.shot('planner-grid');
  }
}

/** Shapes are drawn, bent, undone and measured; figures of one are those of the server. */
async function shapes(d) {
  await d.tab('draw');
  await d.go([121.4338, 31.2494], 15.5);
  const shapeCount = (n) => d.wait(`${n} shapes`, (want) => document.querySelectorAll('#pane-draw .shapes li').length === want && window.suhe.bench.store.state.shapes.length === want, n);
  const corner = [[121.4318, 31.2478], [121.4358, 31.2480], [121.4362, 31.2508], [121.4322, 31.2506]];
  await d.page.click('[data-draw=polygon]');
  for (const c of corner) await d.page.mouse.click(...await d.at(c));
  await d.page.mouse.click(...await d.at([121.431, 31.249]));
  await d.page.keyboard.press('Backspace');
  await d.page.keyboard.press('Enter');
  check('a polygon is drawn', await shapeCount(1) && await d.page.evaluate(() => window.suhe.bench.store.state.shapes[0].points.length) === 4);
  const area = () => d.page.evaluate(() => Number(document.querySelector('.shapes li').dataset.area));
  // By degrees of latitude and longitude at 31.2493° (NIMA TR8350.2).
  const flat = corner.map(([lon, lat]) => [lon * 95_282.7, lat * 110_868.3]);
  const want = Math.abs(flat.reduce((sum, [x, y], i) => { const [u, v] = flat[(i + 1) % 4]; return sum + x * v - u * y; }, 0)) / 2;
  check('its area is true', Math.abs(await area() / want - 1) < 0.02, `${await area()} of ${want}`);
  const was = await area();
  const [from, to] = [await d.at(await d.page.evaluate(() => window.suhe.bench.store.state.shapes[0].points[2])), await d.at([121.4372, 31.2516])];
  await d.page.mouse.move(...from);
  await d.page.mouse.down();
  await d.page.mouse.move(...to, { steps: 4 });
  await d.page.mouse.up();
  check('a point is moved', await area() > was * 1.1);
  await d.page.keyboard.press('Control+z');
  check('and back', await d.wait('undone', (w) => Number(document.querySelector('.shapes li').dataset.area) === w, was));
  await d.page.click('[data-draw=circle]');
  await d.page.mouse.click(...await d.at([121.4338, 31.2494]));
  await d.page.keyboard.press('Escape');
  check('Escape calls it off', await d.page.evaluate(() => window.suhe.bench.store.state.shapes.length) === 1 && await d.page.getAttribute('[data-draw=circle]', 'aria-pressed') === 'false');
  await d.shot('planner-draw');
  await clean(d, 'shapes');

  await d.tab('figures');
  await d.page.selectOption('[data-key=ground]', '0');
  const outline = await d.page.evaluate(() => {
    const points = window.suhe.bench.store.state.shapes[0].points;
    return { type: 'Polygon', coordinates: [[...points, points[0]]] };
  });
  const summary = await d.ask('/v1/summary?kind=asset', outline);
  check('the figures of a shape are those of /v1/summary', summary.total > 50 && await d.figure('total', summary.total), String(summary.total));
  check('with the cameras that see it', await d.figure('cameras', summary.cameras.total));
  check('and the table has as many', await d.counted(summary.total));

  await d.tab('filter');
  await d.page.selectOption('[data-key=ground]', '');
  await d.page.click('[data-key=f-shape]');
  await d.page.fill('[data-key="f.0-metres"]', '100');
  await d.page.press('[data-key="f.0-metres"]', 'Tab');
  await d.page.click('[data-key=apply]');
  const within = (await d.ask('/v1/within?kind=asset&distance=100', outline)).matched;
  const near = await d.wait('within', (n) => { const is = Number(document.querySelector('#table .note').textContent.split(' ')[0].replaceAll(',', '')); return Math.abs(is / n - 1) < 0.01; }, within);
  check('within 100 m of a shape is what the server says, but for the roundness of corners', near, `${await d.text('#table .note')}, ${within}`);
  await d.page.click('[data-key=clear]');

  // A line from anywhere to a thing is as long as the server says that the thing is far.
  const thing = (await d.ask('/v1/nearest?point=121.4205,31.2402&kind=bridge,sensor,camera,asset&class=sensor&limit=1')).things[0];
  await d.page.evaluate(({ lon, lat }) => {
    const { store } = window.suhe.bench;
    store.change({ shapes: [...store.state.shapes, { kind: 'line', points: [[121.4338, 31.2494], [lon, lat].map((v) => Math.round(v * 1e6) / 1e6)] }] });
  }, thing);
  const far = (await d.ask(`/v1/nearest?point=121.4338,31.2494&class=${thing.class}&limit=1000&radius=20000`)).things.find((t) => t.id === thing.id);
  const length = await d.page.evaluate(() => Number(document.querySelectorAll('.shapes li')[1].dataset.length));
  check('a line has the metres that the server says', far && Math.abs(length / far.distance - 1) < 0.001, `${length} of ${far?.distance}`);
  await d.tab('draw');
  await d.page.click('.shapes li >> nth=1 >> button >> nth=2');
  check('a shape is taken away', await shapeCount(1));
}

/** What is set up is in the link: another page opens with all of it. */
async function links(browser, d) {
  await d.tab('filter');
  await d.page.fill('#cql', "class = 'asset.lamp' AND name <> 'O''Brien & 50%'");
  await d.page.click('[data-key=apply]');
  await d.wait('applied', () => /已应用/.test(document.querySelector('#pane-filter .told').textContent));
  await d.tab('views');
  await d.page.fill('[name=view]', '左岸路灯');
  await d.page.click('#pane-views button[type=submit]');
  const link = await d.page.inputValue('#link');
  check('the link is the address', link === d.page.url());
  const told = (v) => v.page.evaluate(() => {
    const { store } = window.suhe.bench;
    const { lng, lat } = window.suhe.map.getCenter();
    return JSON.stringify([store.state, lng.toFixed(4), lat.toFixed(4), window.suhe.map.getZoom().toFixed(1), document.getElementById('cql').value, document.querySelectorAll('#pane-draw .shapes li').length,
      document.querySelector('#table .note').textContent.split(' ')[0], window.suhe.map.getStyle().layers.filter((l) => l.source === 'answer' || l.layout?.visibility === 'none').map((l) => l.id)]);
  });
  const mine = await told(d);
  const other = await desk(browser, 'operator', large, new URL(link).hash);
  await other.wait('another page', () => window.suhe && document.querySelectorAll('#table tr[data-id]').length > 0 && document.querySelectorAll('#pane-questions .items li').length > 0);
  await other.rest();
  check('a link restores everything for somebody else', await told(other) === mine, `\n${await told(other)}\n${mine}`);
  check('the question too', await other.drawn('answer', 'tone', 'bad') > 0);
  check('nothing was complained of there', other.complaints.length === 0 && other.strangers.length === 0, other.complaints.join(' | '));
  await other.page.close();
  await d.tab('filter');
  await d.page.click('[data-key=clear]');
  await d.counted((await d.ask(items('assets'))).numberMatched);
  await d.tab('views');
  await d.page.click('#pane-views .shapes .name');
  check('a view that was kept opens', await d.wait('view', () => document.getElementById('cql').value.includes("O''Brien")));
}

/** Files have as many features as the table. */
async function files(d) {
  await d.tab('filter');
  await d.page.fill('#cql', "class = 'asset.lamp' AND bank = 'left'");
  await d.page.click('[data-key=apply]');
  const n = (await d.ask(items('assets', "class = 'asset.lamp' AND bank = 'left'"))).numberMatched;
  check('the filter is applied', await d.counted(n));
  await d.tab('export');
  const take = async (selector) => {
    const [file] = await Promise.all([d.page.waitForEvent('download', { timeout: 60_000 }), d.page.click(selector)]);
    const path = join(folder, file.suggestedFilename());
    await file.saveAs(path);
    return path;
  };
  const csv = readFileSync(await take('[data-format=csv]'), 'utf8');
  check('the CSV has the features of the table', csv.startsWith('\ufeff') && csv.trim().split('\r\n').length === n + 1, `${csv.trim().split('\r\n').length} lines, ${n}`);
  const told = execFileSync('ogrinfo', ['-ro', '-so', '-al', await take('[data-format=gpkg]')], { encoding: 'utf8' });
  check('the GeoPackage too', told.includes(`Feature Count: ${n}`), told);
  const shp = execFileSync('ogrinfo', ['-ro', '-so', '-al', `/vsizip/${await take('[data-format=shp]')}`], { encoding: 'utf8' });
  check('and the Shapefile', shp.includes(`Feature Count: ${n}`), shp);
  await d.page.selectOption('[data-key=encoding]', 'gbk');
  check('a CSV can be GBK', new TextDecoder('gbk').decode(readFileSync(await take('[data-format=csv]'))).includes('左岸'));
  await d.page.selectOption('[data-key=crs]', 'urn:suhe:crs:GCJ-02');
  check('what no GIS could read is not offered', await d.page.locator('[data-format=gpkg]').count() === 0 && await d.page.locator('[data-format=csv]').count() === 1);
  check('it is told how to use QGIS', (await d.text('#pane-export')).includes(`${base}/ogc`) && /API Header/.test(await d.text('#pane-export')));
  await d.shot('planner-export');
  await clean(d, 'export');
  await d.page.selectOption('[data-key=encoding]', 'utf-8');
  return take;
}

/** The incidents of this month, those that are over, too. */
async function month(browser, d, take) {
  const clerk = await desk(browser, 'operator', small);
  const report = (title) => clerk.ask('/v1/incidents', { channel: 'grid', class: 'street.rubbish', title, place: [121.4338, 31.2494] });
  const [open, over] = [await report('暴露垃圾 · 规划测试'), await report('作废案件 · 规划测试')];
  await clerk.ask(`/v1/incidents/${over.id}/cancel`, { reason: '测试' });
  await clerk.page.close();
  const lines = readFileSync(await take('#cases-csv'), 'utf8').split('\r\n');
  const line = (id) => lines.find((l) => l.startsWith(`${id},`)) ?? '';
  check('the incidents of the month are a file', line(open.id).includes('暴露垃圾 · 规划测试') && line(over.id).includes('cancelled'), lines.slice(0, 4).join('\n'));
}

const browser = await launch();
try {
  const d = await desk(browser, 'planner', small);
  check('the page opens', await d.wait('open', () => document.querySelectorAll('#table tr[data-id]').length > 5));
  await d.rest();
  await d.shot('planner');
  await layers(d);
  await filters(d);
  await table(d);
  await figures(d);
  await shapes(d);
  const clerk = await desk(browser, 'operator', small);
  await past(clerk);
  await clerk.page.close();
  await questions(d, check);
  await links(browser, d);
  const take = await files(d);
  await month(browser, d, take);
  await d.page.setViewportSize(large);
  await d.page.click('#theme');
  await d.page.click('#language');
  check('it speaks English', await d.wait('English', () => document.getElementById('what').textContent === 'Planner' && document.querySelector('[data-key=show-water]').ariaLabel === 'Show Water'));
  for (const pane of ['layers', 'filter', 'draw', 'figures', 'questions', 'views', 'export']) {
    await d.tab(pane);
    await clean(d, `${pane}, light and English`);
  }
  const chinese = await d.page.evaluate(() => [...document.querySelectorAll('.tabs button, .pane label > span, .pane h3, .pane p, #table h2, #table th')].map((e) => e.textContent).filter((t) => /\p{Script=Han}/u.test(t)).join(' | '));
  check('no Chinese is left in it', chinese === '', chinese);
  await d.rest();
  await d.shot('planner-light');
  const handler = await stranger(browser, base, small);
  await login(handler.page, base, 'handler', option('demo'));
  await handler.page.goto(`${base}/planner`);
  check('who may not export is led home', await handler.wait('home', () => location.pathname === '/'));
  const complaints = d.complaints.filter((c) => !/400 \(/.test(c)); // what was wrong on purpose
  check('the console is clean', complaints.length === 0, complaints.slice(0, 3).join(' | '));
  check('nobody else is asked', d.strangers.length === 0, d.strangers.join());
} catch (e) {
  check('the test runs through', false, e instanceof Error ? e.stack : String(e));
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
done();
