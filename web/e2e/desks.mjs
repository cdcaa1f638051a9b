// The administrators' desks: each sees its own.
import { join } from 'node:path';
import { axe, login, option, stranger } from './harness.mjs';

export async function desks(browser, page, base, { check, wait, folder }) {
  const row = (name) => page.locator('#desks tr', { hasText: name });
  check('the accounts are listed', await wait('accounts', () => [...document.querySelectorAll('#desks tr')].some((r) => /operator/.test(r.textContent))) && await row(option('chief')).textContent().then((t) => /双因素/.test(t)));
  check('nobody changes what he may himself', await row(option('chief')).locator('button', { hasText: '停用' }).count() === 0);
  check('who failed too often is let in again', await (async () => {
    await row(option('locked')).locator('button', { hasText: '解锁' }).click();
    return wait('unlocked', (name) => document.querySelector('.told')?.textContent === `已解锁 ${name}`, option('locked'));
  })());

  await page.click('summary');
  await page.fill('.add [name=username]', 'newcomer');
  await page.fill('.add [name=areas]', '310107015');
  await page.check('.add [value=patrol]');
  await page.click('.add button[type=submit]');
  check('a new account has a password for one login, shown once', await wait('secret', () => /^[\w-]{19}$/.test(document.querySelector('dialog .secret')?.textContent ?? '')));
  const found = await axe(page);
  check('axe finds nothing at the desk', found.length === 0, JSON.stringify(found));
  await page.click('dialog .ways button');
  check('it is listed', await wait('listed', () => [...document.querySelectorAll('#desks tr')].some((r) => /newcomer.*巡查员.*310107015.*待改密/.test(r.textContent))));
  await row('newcomer').locator('button', { hasText: '停用' }).click();
  await page.click('dialog .ways .primary');
  check('it can be disabled', await wait('disabled', () => [...document.querySelectorAll('#desks tr')].some((r) => /newcomer.*停用 · 待改密/.test(r.textContent))));
  await page.fill('.add [name=username]', 'newcomer'); // once more
  await page.fill('.add [name=areas]', '310107015');
  await page.check('.add [value=patrol]');
  await page.click('.add button[type=submit]');
  check('what cannot be is said', await wait('said', () => (document.querySelector('.told.bad')?.textContent ?? '') !== ''));
  if (folder) await page.screenshot({ path: join(folder, 'admin-accounts.png') });

  for (const [user, title, sees] of [['system', '系统', () => document.querySelectorAll('.lamp.good').length === 2 && document.querySelectorAll('#desks tbody tr').length > 0], ['audit', '审计记录', () => document.querySelectorAll('#desks tbody tr').length > 0]]) {
    const other = await stranger(browser, base, { width: 1280, height: 900 });
    await login(other.page, base, user, option('demo'));
    await other.page.goto(base);
    check(`${user} is led to its desk`, await other.wait(user, (t) => location.pathname === '/admin' && document.querySelector('.desk h2')?.textContent === t, title));
    check('which is the only one', await other.page.locator('.desk').count() === 1);
    check('and shows something', await other.wait(`${user} sees`, sees));
    if (user === 'audit') await record(other, { check });
    const bad = await axe(other.page);
    check('axe finds nothing there', bad.length === 0, JSON.stringify(bad));
    if (folder) await other.page.screenshot({ path: join(folder, `admin-${user}.png`) });
    check('nothing was complained of', other.complaints.length === 0, other.complaints.join(' | '));
    await other.page.close();
  }
}

/** The record tells of what was done just now, and is whole. */
async function record({ page, wait }, { check }) {
  await page.fill('.filters [name=who]', option('chief'));
  await page.click('.filters button[type=submit]');
  check('the record tells what an administrator did', await wait('entries', (chief) => {
    const rows = [...document.querySelectorAll('#desks tbody tr')].map((r) => r.textContent);
    return rows.length > 0 && rows.every((r) => r.includes(chief)) && rows.some((r) => r.includes('newcomer'));
  }, option('chief')));
  await page.click('.tools button');
  check('and is whole', await wait('whole', () => /^完整：[\d,]+ 条/.test(document.querySelector('.told')?.textContent ?? '')));
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('.tools a')]);
  check('it can be exported', file.suggestedFilename() === 'suhe-audit.jsonl');
}
