// How long a page takes until it shows what is so now, opened by a browser that was never there:
// node e2e/opening.mjs --base URL --demo PASSWORD --page NAME [--waterfall]. Prints one line of
// JSON: milliseconds from the navigation to the frame that shows the first live value, bytes of
// packed script, and bytes of all that had come by then.
import { launch, login, option, patience, stranger } from './harness.mjs';
import { weak } from './link.mjs';

const base = option('base');
const wide = [{ width: 1600, height: 900 }, { pace: 0 }]; // it draws as often as it likes
const pocket = [{ width: 390, height: 844 }, { pace: 0, hasTouch: true, isMobile: true, deviceScaleFactor: 2, permissions: ['geolocation'], geolocation: { longitude: 121.4338, latitude: 31.2494, accuracy: 8 } }];

/** Who opens what, and where the first value stands: something of theirs, and not the sign alone. */
const pages = {
  creek: { path: '/', user: 'operator', at: wide, value: '#signs [data-sign=level]' },
  screen: { path: '/screen', user: 'operator', at: wide, value: '#vitals [data-sign=level]' },
  console: { path: '/console', user: 'dispatcher', at: wide, value: '#grid .body .row[data-id]' },
  planner: { path: '/planner', user: 'planner', at: wide, value: '#table tr[data-id]' },
  patrol: { path: '/patrol', user: 'patrol', at: pocket, value: '#tasks .card[data-id]' },
  'patrol-weak': { path: '/patrol', user: 'patrol', at: pocket, value: '#tasks .card[data-id]', link: weak },
  'patrol-weak-again': { path: '/patrol', user: 'patrol', at: pocket, value: '#tasks .card[data-id]', link: weak, again: true },
};

/** Runs in the page before all else: notes when the value is drawn on a line that is live. */
function watch(value) {
  const look = () => {
    const sign = document.getElementById('sign');
    if (window.shownAt || (sign && sign.dataset.status !== 'live') || !/\d/.test(document.querySelector(value)?.textContent ?? '')) return;
    window.shownAt = Infinity;
    requestAnimationFrame(() => requestAnimationFrame(() => { window.shownAt = performance.now(); })); // the second begins when the first is drawn
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-status'] });
}

/** Waits until it is shown, and tells what it took. */
async function shown(page) {
  await page.waitForFunction(() => window.shownAt < Infinity, undefined, { timeout: patience, polling: 50 });
  return page.evaluate(() => {
    const come = performance.getEntriesByType('resource').filter((e) => e.responseEnd <= window.shownAt);
    const sum = (of, which) => of.reduce((n, e) => n + e[which], 0);
    return {
      ms: window.shownAt,
      script: sum(come.filter((e) => e.name.endsWith('.js')), 'encodedBodySize'),
      bytes: sum([...performance.getEntriesByType('navigation'), ...come], 'transferSize'),
      waterfall: come.map((e) => [Math.round(e.startTime), Math.round(e.responseEnd), e.transferSize, e.name.slice(location.origin.length)]),
    };
  });
}

const { path, user, at, value, link, again } = pages[option('page')];
const browser = await launch();
try {
  const { page } = await stranger(browser, base, ...at);
  await login(page, base, user, option('demo'));
  await page.addInitScript(watch, value);
  if (again) {
    await page.goto(base + path);
    await shown(page);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null && window.suhe.creek().share === 1, undefined, { timeout: patience });
  }
  if (link) await (await page.context().newCDPSession(page)).send('Network.emulateNetworkConditions', link);
  if (again) await page.reload();
  else await page.goto(base + path);
  const { waterfall, ...is } = await shown(page);
  if (process.argv.includes('--waterfall')) for (const line of waterfall) console.error(line.join('\t'));
  console.log(JSON.stringify(is));
} finally {
  await browser.close();
}
