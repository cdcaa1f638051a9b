// What the browser tests share: options, checks, a browser, and a page that is watched.
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
      process.exitCode = failed > 0 ? 1 : 0;
    },
  };
}

export const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run'],
});

/** Logs the page in as --user with --password: its context has the cookie from then on. */
export async function login(page, base) {
  const answer = await page.request.post(`${base}/v1/login`, { data: { username: option('user'), password: option('password') } });
  if (!answer.ok()) throw new Error(`login: ${answer.status()} ${await answer.text()}`);
}

/** A new page, as somebody else would open it: with a memory of its own, and logged in. Notes what it complains of and whom else it asks. */
export async function visit(browser, base, viewport = { width: 1600, height: 900 }) {
  const page = await browser.newPage({ viewport, locale: 'zh-CN' });
  await login(page, base);
  const complaints = [];
  const strangers = [];
  page.on('console', (m) => { if (m.type() === 'error') complaints.push(m.text()); });
  page.on('pageerror', (e) => complaints.push(String(e)));
  page.on('request', (r) => {
    const url = new URL(r.url());
    if (url.origin !== base && !['blob:', 'data:'].includes(url.protocol)) strangers.push(r.url());
  });
  const wait = (what, f, arg) => page.waitForFunction(f, arg, { timeout: 60_000, polling: 250 })
    .then(() => true, (e) => { console.log(`${what}: ${e.message.split('\n')[0]}`); return false; });
  return { page, complaints, strangers, wait };
}
