// What the browser tests share: options, checks, a browser, and a page that is watched.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

/** The option --name of the command line. */
export function option(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : undefined;
}

/** Every check is one line; done says how many held, and the exit code whether all did. */
export function checks() {
  let failed = 0;
  let passed = 0;
  return {
    check(what, holds, detail = '') {
      if (holds) passed++;
      else failed++;
      console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}${holds ? '' : ` ${detail}`}`);
    },
    done() {
      console.log(`${passed} passed, ${failed} failed`);
      process.exit(failed > 0 ? 1 : 0); // whatever is open still
    },
  };
}

/** How long a test waits for what has to happen, on a machine that is slow and has much else to do; and for more, once it waited in vain. In milliseconds. */
export const patience = 180_000;
const impatience = 20_000;

export const launch = () => chromium.launch({
  timeout: patience,
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run'],
});

/** Logs the page in: its context has the cookie from then on. */
export async function login(page, base, user = option('user'), password = option('password')) {
  const answer = await page.request.post(`${base}/v1/login`, { data: { username: user, password } });
  if (!answer.ok()) throw new Error(`login: ${answer.status()} ${await answer.text()}`);
}

/** What axe finds on the page, when what moves has arrived: half faded in, everything lacks contrast. It runs there since the page's own policy would refuse a script tag. */
export async function axe(page, exclude = []) {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity).map((a) => a.finished)));
  const { violations } = await page.evaluate((not) => window.axe.run(document, { exclude: not }), exclude);
  return violations.map((v) => [v.id, v.nodes[0]?.html]);
}

/** A new page, as somebody else would open it: with a memory of its own, and logged in. */
export async function visit(browser, base, viewport) {
  const visitor = await stranger(browser, base, viewport);
  await login(visitor.page, base);
  return visitor;
}

/** Lets the page draw so seldom, in milliseconds: a processor that has to do the work of a graphics card would do nothing else. */
function seldom(pace) {
  const next = window.requestAnimationFrame.bind(window);
  const waiting = new Map();
  let drawn = -pace;
  let id = 0;
  window.requestAnimationFrame = (draw) => {
    const mine = ++id;
    const turn = () => next((now) => {
      if (!waiting.delete(mine)) return;
      drawn = now;
      draw(now);
    });
    waiting.set(mine, setTimeout(turn, Math.max(0, drawn + pace - performance.now())));
    return mine;
  };
  window.cancelAnimationFrame = (its) => {
    clearTimeout(waiting.get(its));
    waiting.delete(its);
  };
}

/** A new page of somebody who is not logged in; pace is how seldom it draws, 0 for as often as it likes, more what else its browser is like. Notes what it complains of and whom else it asks. */
export async function stranger(browser, base, viewport = { width: 1600, height: 900 }, { pace = 200, ...more } = {}) {
  const page = await browser.newPage({ viewport, locale: 'zh-CN', ...more });
  page.context().setDefaultTimeout(patience);
  if (pace > 0) await page.addInitScript(seldom, pace);
  await page.addInitScript(() => {
    // Waits until the map has drawn everything; a busy machine may never rest.
    window.rest = () => new Promise((done) => { window.suhe.map.once('idle', done); setTimeout(done, 15_000); });
  });
  const complaints = [];
  const strangers = [];
  page.on('console', (m) => { if (m.type() === 'error') complaints.push(m.text()); });
  page.on('pageerror', (e) => complaints.push(String(e)));
  page.on('request', (r) => {
    const url = new URL(r.url());
    if (url.origin !== base && !['blob:', 'data:'].includes(url.protocol)) strangers.push(r.url());
  });
  let left = patience;
  const wait = (what, f, arg) => page.waitForFunction(f, arg, { timeout: left, polling: 250 })
    .then(() => true, (e) => { console.log(`${what}: ${e.message.split('\n')[0]}`); left = impatience; return false; });
  return { page, complaints, strangers, wait };
}
