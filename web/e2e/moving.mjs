// Something that moves: drawn where it was, then on its way, never beyond its last fix.

export async function moving(page, { check, wait }) {
  await page.evaluate(async () => {
    const { map } = window.suhe;
    map.jumpTo({ center: [121.4348, 31.2502], zoom: 16, pitch: 0, bearing: 0 });
    await window.rest();
    window.fix = (lon, heading) => {
      const is = { fid: 4e15, id: 'boat-0', layer: 'movers', lon, lat: 31.2502, summary: 'normal', severity: 0, class: 'mover.boat', name: '巡逻艇', values: { heading }, time: Date.now(),
        state: { communication: 'online', data: 'fresh', service: 'normal' } };
      window.suhe.scene.take({ id: 'screen', changes: [{ was: undefined, is }], events: [], resync: false });
    };
    window.boat = () => window.suhe.map.querySourceFeatures('movers').find((f) => f.properties.id === 'boat-0');
    window.draws = (...layers) => window.suhe.map.queryRenderedFeatures({ layers }).some((f) => f.id === 4e15);
    window.fix(121.4340, 90);
  });
  check('what moves is drawn, with an icon', await wait('boat', () => window.draws('movers')));
  /** Where it is drawn on its way to the next fix, which takes as long as the fixes are apart. */
  const walk = (pause) => page.evaluate(async (ms) => {
    window.fix(121.4340, 90);
    const lons = [];
    const walked = async (to) => {
      for (const end = Date.now() + 180_000; Date.now() < end && !(Math.abs((lons.at(-1) ?? 0) - to) < 1e-5); await new Promise((done) => setTimeout(done, 40))) {
        const lon = window.boat()?.geometry.coordinates[0];
        if (lon !== undefined && lon !== lons.at(-1)) lons.push(lon);
      }
    };
    await walked(121.4340);
    await new Promise((done) => setTimeout(done, ms));
    window.fix(121.4350, 0);
    lons.length = 0;
    await walked(121.4350);
    return lons;
  }, pause);
  let seen = await walk(2000);
  if (seen.length <= 3) seen = await walk(10_000); // a machine that draws once in a second or two
  const list = seen.join(' ');
  check('it walks to the new fix, through places between', seen.length > 3, list);
  check('never backwards, never beyond', seen.every((lon, i) => lon <= 121.4350 + 1e-5 && (i === 0 || lon >= seen[i - 1] - 1e-5)), list);
  check('and arrives', Math.abs((seen.at(-1) ?? 0) - 121.4350) < 1e-5, list);
  check('it turns to its heading', await wait('turned', () => window.boat()?.properties.heading === 0));
  check('it leaves a track', await wait('track', () => window.draws('tracks')));
  await page.evaluate(() => window.suhe.scene.take({ id: 'screen', changes: [{ was: { fid: 4e15, layer: 'movers' }, is: undefined }], events: [], resync: false }));
  check('gone is gone', await wait('left', () => !window.draws('movers', 'tracks')));

  // Those that are played, from the server.
  await page.evaluate(() => window.suhe.map.jumpTo({ center: [121.43, 31.245], zoom: 13.2 }));
  const places = () => page.evaluate(() => window.suhe.map.querySourceFeatures('movers').map((f) => [f.id, ...f.geometry.coordinates].join(' ')));
  check('what moves in the world is told', await wait('told', () => window.suhe.map.querySourceFeatures('movers').length > 3));
  const before = await places();
  check('and is drawn as it moves', await wait('moves', (was) => window.suhe.map.querySourceFeatures('movers')
    .some((f) => was.some((w) => w.startsWith(`${f.id} `)) && !was.includes([f.id, ...f.geometry.coordinates].join(' '))), before));
}
