// When a screen shows what: noted in the page itself as it is drawn, so that no wait of a test lies between.
import { patience } from './harness.mjs';

/** Runs in a page before all else. Times are those of all pages of a browser, in milliseconds. */
function notes() {
  const now = () => performance.timeOrigin + performance.now();
  const seen = {}; // "list|card|map|photo ID STATE": when it was drawn first, of gone: last
  const answers = []; // of what was sent: where to, and when the answer was there
  const there = { list: new Set(), map: new Set() };
  /** Of the map it is told when it has been drawn, of all else before it is. */
  const drawn = (key, last = false) => {
    if (key in seen && !last) return;
    const note = () => { seen[key] = now(); };
    seen[key] = Infinity;
    if (key.startsWith('map')) note();
    else requestAnimationFrame(note);
  };
  /** all are those shown in a place, by id; who was there and is no more is gone. */
  const take = (place, all) => {
    for (const [id, state] of all) drawn(`${place} ${id} ${state}`);
    for (const id of there[place]) if (!all.has(id)) drawn(`${place} ${id} gone`, true);
    there[place] = new Set(all.keys());
  };
  const look = () => {
    take('list', new Map([...document.querySelectorAll('#cases-list [data-id]')].map((r) => [r.dataset.id, r.dataset.state])));
    const card = document.querySelector('#case:not([hidden])');
    const state = card?.querySelector('.chips [data-state]')?.dataset.state;
    if (state) drawn(`card ${card.dataset.id} ${state}`);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-id', 'data-state', 'hidden'] });
  document.addEventListener('load', ({ target }) => {
    if (target instanceof HTMLImageElement && target.closest('#case [data-when=after]')) drawn(`photo ${target.closest('#case').dataset.id} ${target.src}`);
  }, true);
  const ask = window.fetch;
  window.fetch = async (...about) => {
    const answer = await ask(...about);
    if ((about[1]?.method ?? 'GET') === 'POST' && answer.ok) answers.push({ to: answer.url, at: now() });
    return answer;
  };
  window.stopwatch = {
    seen, answers,
    mark(map) {
      map.on('render', () => take('map', new Map(map.queryRenderedFeatures({ layers: ['incidents-icon', 'alarms-icon'] }).map((f) => [f.properties.id, f.state.state ?? f.properties.state]))));
    },
  };
}

/** Notes what a page shows, what it asks and how; before the page goes anywhere. */
export async function watched(page) {
  const lists = [];
  const frames = [];
  let loads = 0;
  page.on('request', (r) => { if (/\/v1\/(incidents|alarms)(\?|$)/.test(r.url()) && r.method() === 'GET') lists.push(r.url()); });
  page.on('websocket', (s) => s.on('framereceived', ({ payload }) => frames.push(Buffer.from(payload))));
  page.on('load', () => loads++);
  await page.addInitScript(notes);
  return {
    frames, // of the stream, as they came
    /** How often it began anew or asked for a list: what comes after that without more of it comes by the stream. */
    asked: () => ({ lists: lists.length, loads }),
    /** When the answer of the last POST whose address ends so was there. */
    answered: (end) => page.evaluate((e) => window.stopwatch.answers.findLast((a) => a.to.endsWith(e))?.at, end),
    /** Waits until it is shown, and tells when that was. */
    shown: (key) => page.waitForFunction((k) => Number.isFinite(window.stopwatch.seen[k]) && window.stopwatch.seen[k], key, { timeout: patience, polling: 100 }).then((h) => h.jsonValue()),
    /** Notes what the map draws as well. */
    mark: () => page.evaluate(() => window.stopwatch.mark(window.suhe.map)),
  };
}
