// The page survives its server: node e2e/restart.mjs --base URL --user NAME --password TEXT. What is to be done to
// the server it says as a line "do: …" on standard output; whoever runs it does it.
import { checks, launch, option, visit } from './harness.mjs';

const base = option('base');
const { check, done } = checks();
const ask = (what) => console.log(`do: ${what}`);

const browser = await launch();
try {
  const { page, complaints, wait } = await visit(browser, base, { width: 1200, height: 700 });
  // Of what stands: what moves comes and goes, and so do alarms and incidents.
  await page.addInitScript(() => { window.standing = () => [...window.suhe?.picture.views.get('screen').objects.values() ?? []].filter((o) => !['movers', 'alarms', 'incidents'].includes(o.layer)).length; });
  await page.goto(base);
  const live = () => wait('live', () => document.getElementById('sign')?.dataset.status === 'live' && document.documentElement.dataset.fresh === 'live' && document.getElementById('stale').hidden);
  const objects = () => page.evaluate(() => window.standing());
  // A snapshot comes in parts: all are here when their number rests.
  const settled = () => wait('all objects', () => {
    const now = window.standing();
    const rests = now > 0 && now === window.stood;
    window.stood = now;
    return rests && [...window.suhe.picture.views.values()].every((v) => v.arriving === undefined);
  });
  check('the page is live', await live() && await settled());
  await page.evaluate(() => { window.unloaded = false; });
  const many = await objects();

  for (const [end, begin] of [['kill', 'start'], ['terminate', 'start'], ['terminate', 'start afresh']]) {
    ask(end);
    check(`${end}: the line shows as lost`, await wait('lost', () => document.getElementById('sign')?.dataset.status === 'reconnecting'));
    check('what is shown is said to be old, and of when', await wait('stale', () => !document.getElementById('stale').hidden
      && /^数据陈旧 · 所示时刻 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(document.getElementById('stale').textContent)));
    check('the page is grey', await wait('grey', () => document.documentElement.dataset.fresh === 'stale' && window.suhe.map.getPaintProperty('sensors-circle', 'circle-color')[0] === 'case'));
    check('it says when it tries again', await wait('retry', () => /^(\d+ 秒后|正在连接)$/.test(document.getElementById('detail').textContent)));
    check('what was shown stays', await objects() === many, `${await objects()} of ${many}`);
    const file = option('screenshot');
    if (file && end === 'kill') await page.screenshot({ path: file });
    const ground = await page.evaluate(() => window.suhe.map.getPaintProperty('background', 'background-color'));
    await page.click('#theme');
    ask(begin);
    check(`${begin}: live again`, await live());
    check('with all objects', await wait('all', (n) => window.standing() === n, many));
    // By state it is an expression; one grey is not.
    check('in colour', await wait('colour', () => window.suhe.map.getPaintProperty('sensors-circle', 'circle-color')[0] === 'match'));
    check('in the theme that was chosen meanwhile', await wait('theme', (was) => window.suhe.map.getPaintProperty('background', 'background-color') !== was, ground));
    const before = await page.textContent('#signs dl');
    check('and moving', await wait('a sign', (b) => document.querySelector('#signs dl')?.textContent !== b, before));
  }
  check('without a reload', await page.evaluate(() => window.unloaded === false));
  const own = complaints.filter((c) => !/net::ERR_|WebSocket connection to|Failed to (load resource|fetch)|AJAXError/.test(c));
  check('nothing but the network was complained of', own.length === 0, own.slice(0, 3).join(' | '));
} catch (e) {
  check('the test runs through', false, String(e));
} finally {
  await browser.close();
}
done();
