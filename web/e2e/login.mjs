// The browser test of logins: node e2e/login.mjs --base URL --user NAME --password TEXT
// --demo TEXT (password of the demo's accounts) --chief NAME --once TEXT (a security
// administrator and the password for one login) --keeper NAME (a handler of the street
// 310107015 with --password) --locked NAME (another account) [--pictures FOLDER].
// Every check is one line; the exit code says whether all held.
import { join } from 'node:path';
import { desks } from './desks.mjs';
import { ending } from './ending.mjs';
import { axe, checks, launch, option, stranger } from './harness.mjs';
import { rights } from './rights.mjs';
import { totp } from './totp.mjs';

const base = option('base');
const { check, done } = checks();
const expected = /Failed to load resource: the server responded with a status of (40[13]|412)/; // of a test of refusals
const fill = async (page, user, password) => {
  await page.fill('#login-username', user);
  await page.fill('#login-password', password);
  await page.press('#login-password', 'Enter');
};

/** The login page itself: where it leads, what it says, by keyboard and in both languages and themes. */
async function door(browser) {
  const { page, complaints, strangers, wait } = await stranger(browser, base, { width: 1280, height: 800 });
  const said = (what, text) => wait(what, (t) => document.querySelector('.trouble')?.textContent.includes(t), text);
  const view = '/?theme=dark#16/31.2502/121.4348/0/30';
  await page.goto(base + view);
  check('who is not logged in is sent to the login page', await wait('login', () => location.pathname === '/login'));
  check('it speaks Chinese', await page.textContent('#form h2') === '登录' && (await page.getAttribute('html', 'lang')) === 'zh-CN');
  check('it says that this is a demo', await wait('demo', () => /演示系统/.test(document.querySelector('#strip:not([hidden])')?.textContent ?? '')));
  check('the name is to be typed at once', await wait('focus', () => document.activeElement?.id === 'login-username'));
  for (const theme of ['dark', 'light']) {
    const found = await axe(page);
    check(`axe finds nothing in the ${theme} theme`, found.length === 0, JSON.stringify(found));
    const folder = option('pictures');
    if (folder) await page.screenshot({ path: join(folder, `login-${theme}.png`) });
    await page.click('#theme');
  }
  await page.click('#language');
  check('and English by a switch', await page.textContent('#form h2') === 'Log in');
  await page.click('#language');

  await page.click('#demo-accounts button:has-text("派遣员")');
  check('a click on a role fills in the name and nothing else', await page.inputValue('#login-username') === 'dispatcher' && await page.inputValue('#login-password') === '');
  check('and asks for the password', await page.evaluate(() => document.activeElement?.id) === 'login-password');
  await page.keyboard.type('not-this-one');
  await page.keyboard.press('Enter');
  check('a wrong password is said', await said('wrong', '用户名、密码或验证码不正确'));
  check('and is not kept', await page.inputValue('#login-password') === '');
  check('the password can be shown', await (async () => {
    await page.fill('#login-password', option('demo'));
    await page.click('.show');
    return page.getAttribute('#login-password', 'type');
  })() === 'text');
  await page.focus('#login-password');
  await page.keyboard.press('Enter');
  check('the right one leads back to where one came from', await wait('back', (to) => location.pathname + location.search === '/?theme=dark' && location.hash.startsWith(to), '#16/31.25'));
  check('the page says who it is', await wait('who', () => document.getElementById('user')?.textContent === '派遣员'));

  await page.goto(`${base}/login?to=${encodeURIComponent('https://evil.example/')}`);
  await fill(page, 'dispatcher', option('demo'));
  check('it leads to no other origin', await wait('home', (to) => location.href.startsWith(`${to}/`) && location.pathname === '/', base));
  check('nothing else was complained of', complaints.every((c) => expected.test(c)), complaints.join(' | '));
  check('nothing came from another origin', strangers.length === 0, strangers.join(' '));
  await page.close();
}

/** What the login page says when it cannot let in. */
async function refusals(browser) {
  const { page, wait } = await stranger(browser, base, { width: 800, height: 700 });
  const said = (what, pattern) => wait(what, (p) => new RegExp(p).test(document.querySelector('.trouble')?.textContent ?? ''), pattern);
  await page.goto(`${base}/login`);
  await page.context().setOffline(true);
  await fill(page, option('locked'), 'not-this-one');
  check('that the server cannot be reached is said', await said('offline', '无法连接服务器'));
  await page.context().setOffline(false);
  for (let i = 0; i < 6; i++) {
    await fill(page, option('locked'), `not-this-one-${i}`);
    await wait('an answer', () => document.querySelector('.login form')?.ariaBusy === 'false' && document.querySelector('.trouble')?.textContent !== '');
  }
  check('who fails too often is told until when', await said('locked', '已锁定。请于 \\d\\d:\\d\\d:\\d\\d 后再试'));
  await fill(page, option('locked'), option('password'));
  check('also with the right password', await said('still locked', '已锁定'));
  await page.close();
}

/** The first login of an administrator: another password, a second factor, and its desk. */
async function enrolment(browser) {
  const { page, complaints, wait } = await stranger(browser, base, { width: 1280, height: 900 });
  const fresh = 'Willow-by-the-bank-3';
  await page.goto(`${base}/login`);
  await fill(page, option('chief'), option('once'));
  check('a password for one login must be changed', await wait('change', () => document.querySelector('#form h2')?.textContent === '设置新密码'));
  const kept = () => page.$$eval('.rules li[data-kept=true]', (all) => all.map((li) => li.textContent));
  await page.fill('#login-fresh', 'short');
  check('what it must be is said as one types', (await kept()).join() === '不含用户名,与最近用过的 5 个密码不同', (await kept()).join());
  await page.fill('#login-fresh', fresh);
  await page.fill('#login-repeat', fresh);
  check('and that all is well', (await kept()).length === 5, (await kept()).join());
  const found = await axe(page);
  check('axe finds nothing there', found.length === 0, JSON.stringify(found));
  await page.press('#login-repeat', 'Enter');
  check('an administrator sets up a second factor', await wait('enrol', () => /^otpauth:/.test(document.querySelector('.uri')?.textContent ?? '') && document.querySelector('.qr path')));
  const secret = new URL(await page.textContent('.uri')).searchParams.get('secret');
  await page.fill('#login-otp', totp(secret) === '000000' ? '000001' : '000000');
  await page.press('#login-otp', 'Enter');
  check('a wrong code is said', await wait('wrong code', () => /不正确/.test(document.querySelector('.trouble')?.textContent ?? '')));
  await page.fill('#login-otp', totp(secret));
  await page.press('#login-otp', 'Enter');
  check('with the right one it is let in, at its desk', await wait('desk', () => location.pathname === '/admin' && document.querySelector('#desks table')));
  await desks(browser, page, base, { check, wait, folder: option('pictures') });

  await page.click('#user');
  await page.click('#user-panel button:has-text("退出登录")');
  check('it logs out', await wait('bye', () => location.pathname === '/login' && document.getElementById('why')?.textContent === '已退出登录'));
  await page.goto(`${base}/admin`);
  check('and is out', await wait('out', () => location.pathname === '/login'));
  await fill(page, option('chief'), fresh);
  check('the next login asks for the code', await wait('code', () => document.querySelector('#form h2')?.textContent === '动态验证码'));
  await page.fill('#login-otp', totp(secret, 1)); // one is good once: that of the next half minute is good already
  await page.press('#login-otp', 'Enter');
  check('and lets in with it', await wait('in', () => location.pathname === '/admin' && document.querySelector('#desks table')));
  check('nothing else was complained of', complaints.every((c) => expected.test(c)), complaints.join(' | '));
  return page; // the administrator stays, to change what others may
}

const browser = await launch();
try {
  await door(browser);
  await refusals(browser);
  const chief = await enrolment(browser);
  await rights(browser, chief, base, { check });
  await ending(browser, base, { check, expected });
} catch (e) {
  check('the test runs through', false, e.stack);
} finally {
  await browser.close();
}
done();
