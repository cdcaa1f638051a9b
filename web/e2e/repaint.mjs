// A moved asset repaints, and only the tiles that the stream named are fetched again.
import { patience } from './harness.mjs';
import { tell } from './tell.mjs';

const id = 'repaint-1';

/** Registers the asset, or moves it. */
async function put(page, base, [lon, lat]) {
  const answer = await page.request.put(`${base}/v1/assets/${id}`, {
    data: { kind: 'asset', class: 'asset.lamp', name: '试验路灯', lifecycle: 'in_use', geometry: { type: 'Point', coordinates: [lon, lat] } },
  });
  if (!answer.ok()) throw new Error(`PUT ${id}: ${answer.status()} ${await answer.text()}`);
}

/** Notes, from now on, which tiles of the source are asked for and which the stream names. Call it before the page opens. */
export function watch(page, source) {
  const seen = { fetched: new Set(), told: new Set(), all: false, binary: true };
  page.on('request', (r) => {
    const [, tile] = new RegExp(`/tiles/${source}/(\\d+/\\d+/\\d+)`).exec(r.url()) ?? [];
    if (tile) seen.fetched.add(tile);
  });
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    seen.binary &&= typeof payload !== 'string';
    const { tiles } = tell(payload);
    if (!tiles) return;
    const { zxy } = tiles.changed.find((c) => c.layer === source) ?? { zxy: [] };
    for (let i = 0; i < zxy.length; i += 3) seen.told.add(zxy.slice(i, i + 3).join('/'));
    seen.all ||= tiles.all.includes(source);
  }));
  seen.forget = () => { seen.fetched.clear(); seen.told.clear(); seen.all = false; };
  return seen;
}

/** Waits until tiles have been neither told nor fetched for a while, and all are here. */
async function settled(page, seen) {
  const here = async () => [seen.fetched.size, seen.told.size, await page.evaluate(() => window.suhe.map.areTilesLoaded())].join();
  let was;
  for (const end = Date.now() + patience; Date.now() < end; await page.waitForTimeout(1500)) {
    const is = await here();
    if (is === was && is.endsWith('true')) return;
    was = is;
  }
}

export async function repaint(page, base, seen, { check, wait }) {
  const from = [121.4348, 31.2502];
  await page.evaluate(async (center) => {
    const { map } = window.suhe;
    map.jumpTo({ center, zoom: 17.2, pitch: 0, bearing: 0 });
    await window.rest();
  }, from);
  // A tile is 588 pixels wide here: both places are in view, in two tiles of several.
  const { to, shown } = await page.evaluate(() => {
    const { map } = window.suhe;
    const tiles = map.coveringTiles({ tileSize: 512, minzoom: 12, maxzoom: 17 }).map((t) => t.canonical);
    const { width, height } = map.getCanvas().getBoundingClientRect();
    return { to: map.unproject([width / 2 + 600, height / 2 + 60]).toArray(), shown: tiles.length };
  });
  const draws = ({ at, drawn }) => {
    const { map } = window.suhe;
    const { x, y } = map.project(at);
    return map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]]).some((f) => f.properties.id === 'repaint-1') === drawn;
  };
  await put(page, base, from);
  check('a new asset is drawn', await wait('new', draws, { at: from, drawn: true }));
  await settled(page, seen);
  seen.forget();
  await put(page, base, to);
  check('a moved asset is drawn where it is', await wait('moved', draws, { at: to, drawn: true }));
  check('and no longer where it was', await wait('gone', draws, { at: from, drawn: false }));
  await page.waitForTimeout(1000);
  const { fetched, told, all } = seen;
  const list = `fetched ${[...fetched]}, told ${[...told]}, all ${all}, ${shown} shown`;
  check('both tiles are fetched again', fetched.size >= 2 && !all, list);
  check('only those that were told', [...fetched].every((t) => told.has(t)), list);
  check('and not all that are shown', fetched.size < shown, list);
  await page.request.delete(`${base}/v1/assets/${id}`);
  check('a removed asset is gone', await wait('removed', draws, { at: to, drawn: false }));
}
