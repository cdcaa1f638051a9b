// The questions of docs/planners.md, asked on the planners' page.
import { option } from './harness.mjs';

/** Asks one; what it says. */
async function asked(d, key, given) {
  await d.page.selectOption('[data-key=question]', key);
  for (const [name, value] of Object.entries(given)) {
    const input = d.page.locator(`#pane-questions [name=${name}]`);
    if (await input.evaluate((e) => e.tagName) === 'SELECT') await input.selectOption(value);
    else {
      await input.fill(value);
      await input.press('Tab');
    }
  }
  await d.page.click('#pane-questions button[type=submit]');
  await d.wait(`${key} is answered`, () => {
    const told = document.querySelector('#pane-questions .told');
    return !/查询中/.test(told.textContent) && (told.textContent !== '' || !document.getElementById('picture').hidden);
  });
  return d.text('#pane-questions .told');
}

/** Levels of two weeks and of the days a year before, as an operator sends them: a demo has none yet. */
export async function past(clerk) {
  const hour = 3_600_000;
  const days = [...Array(16).keys()].flatMap((day) => (day < 9 ? [day, day + 365] : [day]));
  const observations = days.flatMap((day) => [...Array(12).keys()].flatMap((n) => ['wl-0001', 'wl-0002'].map((id) => ({
    id, time: new Date(Date.now() - (day * 24 + 2 * n) * hour).toISOString(),
    values: { water_level: 2.78 + 0.12 * Math.sin(day * 1.3) + 0.08 * Math.cos((n * Math.PI) / 6) - (day >= 365 ? 0.15 : 0) },
  }))));
  const report = await clerk.ask('/v1/observations', { observations });
  if (report.accepted !== observations.length) throw new Error(`levels of the past: ${JSON.stringify(report)}`);
}

const plain = (n, digits = 0) => n.toLocaleString('en', { maximumFractionDigits: digits });

/** Sets up what a picture shows, as hands would. */
const set = (d, state) => d.page.evaluate((s) => window.suhe.bench.store.change(s), state);

export async function questions(d, check) {
  const picture = async (name) => {
    if (!option('pictures')) return;
    await d.wait('the map is there', () => !window.suhe.map.isMoving());
    await d.rest();
    await d.shot(name);
  };

  await set(d, { hidden: ['coverage', 'sensors', 'cameras'], sort: '', columns: [], by: 'area', node: { is: 'compare', property: 'class', operator: 'in', values: ['asset.bench', 'asset.bin'] } });
  const benches = await d.ask('/v1/aggregate?by=area&class=asset.bench,asset.bin');
  await d.tab('figures');
  check('benches and bins by 街镇', await d.wait('benches', (n) => [...document.querySelectorAll('#pane-figures .bars .many')].map((e) => e.textContent).includes(n), plain(Math.max(...benches.groups.map((g) => g.count)))));
  await d.go([121.395, 31.239], 12);
  await picture('planners-benches');
  await set(d, { by: 'class', node: undefined });

  await d.tab('questions');
  const gaps = await d.ask('/v1/creek/gaps?class=asset.lifebuoy&distance=20');
  const said = await asked(d, 'gaps', { class: 'asset.lifebuoy', distance: '20' });
  check('banks without a lifebuoy', said.includes(plain(gaps.lacking)) && gaps.gaps.length > 10, said);
  await d.page.click('#pane-questions .items button >> nth=0');
  check('are drawn', await d.wait('gaps', () => window.suhe.map.queryRenderedFeatures().some((f) => f.source === 'answer' && f.properties.tone === 'bad')));
  await d.go([121.4338, 31.2494], 15.2);
  await picture('planners-gaps');

  const outfalls = await d.ask('/v1/creek?upstream_of=outfall-000050&reach=3000&class=asset.outfall&order=upstream');
  check('outfalls upstream', (await asked(d, 'creek', { id: 'outfall-000050', reach: '3000' })).includes(String(outfalls.matched)));
  check('the nearest first', await d.text('#pane-questions .items button >> nth=1 >> span') === outfalls.things[1].name);
  await picture('planners-upstream');

  const clusters = await d.ask('/v1/clusters?kind=building&filter=class%20%3D%20%27building.creative%27&reach=120&least=4');
  await set(d, { layer: 'buildings', node: { is: 'compare', property: 'class', operator: '=', values: ['building.creative'] } });
  check('where things gather', (await asked(d, 'clusters', { scope: 'layer', reach: '120', least: '4' })).includes(`${clusters.found} 处`) && clusters.found > 0);
  await picture('planners-clusters');
  check('hotspots are reckoned', /个单元/.test(await asked(d, 'hotspots', { scope: 'layer' })));
  await set(d, { layer: 'assets', node: undefined });

  await asked(d, 'hangs', { id: 'cabinet-003' });
  check('what hangs on a cabinet', (await d.text('#pane-questions .items')).includes('摄像机'));
  await picture('planners-cabinet');
  const gauges = (await d.ask('/v1/creek?chainage=9000,11500&class=sensor.flow&limit=1000')).things;
  check('when the water arrives, or why that is not known', /约|无法估算/.test(await asked(d, 'travel', {})));
  check('and by which gauges', gauges.length > 3 && await d.page.locator('#pane-questions .items button').count() === gauges.length, String(gauges.length));
  await d.go([121.4250, 31.2372], 13.7);
  await picture('planners-travel');
  await asked(d, 'levels', {});
  check('how the water compares', await d.wait('levels', () => { const bars = [...document.querySelectorAll('#pane-questions .bars li')]; return bars.length > 6 && bars.every((b) => /上周 [+-]/.test(b.textContent) && /去年同期 [+-]/.test(b.textContent)); }));
  check('all of it is seen', await d.page.evaluate(() => [...document.querySelectorAll('#pane-questions .bar .many')].every((e) => e.getBoundingClientRect().right <= document.getElementById('pane-questions').getBoundingClientRect().right)));
  await picture('planners-levels');
  await asked(d, 'cases', {});
  check('incidents over time', /共 \d+ 个/.test(await d.text('#pane-questions .told')));

  const outline = await d.page.evaluate(() => {
    const points = window.suhe.bench.store.state.shapes[0].points;
    return { type: 'Polygon', coordinates: [[...points, points[0]]] };
  });
  const told = await d.ask('/v1/within?kind=building&distance=100', outline);
  check('whom the works touch', (await asked(d, 'works', { ground: '0' })).includes(`${plain(told.matched)} 栋`) && told.matched > 0);
  await picture('planners-works');
  await asked(d, 'strip', {});
  check('the creek is drawn straight', await d.wait('strip', () => document.querySelector('#picture img')?.naturalWidth > 800));
  await picture('planners-strip');
  await d.page.click('#picture button');

  await set(d, { hidden: ['sensors'] });
  const cover = await d.ask('/v1/coverage?chainage=12000,12600&offset=60&next=3&gain=area');
  const blind = await asked(d, 'blind', { from: '12000', to: '12600', offset: '60' });
  check('how much is seen', blind.includes(`${plain(cover.ground.share * 100, 1)}%`) && blind.includes(`${cover.ground.blindSpots} 处`) && blind.includes(`${plain(cover.bank.length - cover.bank.seen)} 米`), blind);
  check('blind ground, blind bank and places for cameras are on the map', await d.wait('blind', () => ['bad', 'warn', 'good'].every((t) => window.suhe.map.queryRenderedFeatures().some((f) => f.source === 'answer' && f.properties.tone === t))));
  check('with a legend', /盲区.*无摄像机岸线.*建议点位/s.test(await d.text('#key')));
  await picture('planners-blind');
}
