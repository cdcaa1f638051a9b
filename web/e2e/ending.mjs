// A login that ends: it is said before, the view is out of sight after, and back with the password.
import { login, option, stranger } from './harness.mjs';

export async function ending(browser, base, { check, expected }) {
  const { page, complaints, strangers, wait } = await stranger(browser, base, { width: 900, height: 640 });
  await login(page, base);
  await page.clock.install();
  await page.goto(`${base}/#15.5/31.2502/121.4348/20/30`);
  const live = () => wait('live', () => document.getElementById('sign')?.dataset.status === 'live');
  check('the page is live', await live());
  await page.evaluate(() => { window.unloaded = false; });
  const pass = (minutes) => page.clock.fastForward(minutes * 60_000);
  const near = () => page.isVisible('#ending');
  await page.mouse.move(450, 320); // somebody is here: however long the page took to come
  check('nothing is said of an end that is far', !(await near()));
  await pass(28.5);
  check('nobody did anything for long: that is said', await wait('near', () => /长时间未操作，将于 \d\d:\d\d:\d\d 退出登录/.test(document.querySelector('#ending:not([hidden])')?.textContent ?? '')));
  await page.click('#ending button');
  check('somebody is there still', await wait('far', () => document.getElementById('ending').hidden) && await live());
  await pass(28.5);
  check('and falls asleep', await wait('near again', () => !document.getElementById('ending').hidden));
  await pass(2);
  check('the view is out of sight', await wait('relogin', () => document.getElementById('relogin')?.open && /已退出登录/.test(document.querySelector('#relogin .why')?.textContent ?? '')));
  check('all of it', await page.evaluate(() => getComputedStyle(document.getElementById('map')).visibility === 'hidden'));
  check('the login is over on the server too', await page.evaluate(async () => (await fetch('/v1/me')).status) === 401);
  await page.keyboard.press('Escape');
  check('no key takes it away', await page.evaluate(() => document.getElementById('relogin').open));
  check('it is for the same one', await page.inputValue('#relogin [name=username]') === option('user') && await page.getAttribute('#relogin [name=username]', 'readonly') !== null);
  await page.fill('#relogin [name=password]', 'not-this-one');
  await page.press('#relogin [name=password]', 'Enter');
  check('a wrong password does not bring it back', await wait('wrong', () => /不正确/.test(document.querySelector('#relogin .trouble')?.textContent ?? '')));
  await page.fill('#relogin [name=password]', option('password'));
  await page.press('#relogin [name=password]', 'Enter');
  check('the right one does, live', await wait('back', () => !document.getElementById('relogin').open) && await live());
  check('where it was, without a reload', await page.evaluate(() => window.unloaded === false && location.hash.startsWith('#15.5/31.25')));

  await page.context().clearCookies();
  check('a login that is over before its time leads to the login page, and back from there', await wait('over', () => location.pathname === '/login'
    && /登录已被终止/.test(document.getElementById('why')?.textContent ?? '') && /^\/#15\.5\/31\.25/.test(new URLSearchParams(location.search).get('to') ?? '')));
  check('nothing else was complained of', complaints.every((c) => expected.test(c) || /WebSocket connection to/.test(c)), complaints.join(' | '));
  check('nothing came from another origin', strangers.length === 0, strangers.join(' '));
  await page.close();
}
