// Two screens: each sees that the other is here, and one follows the other until somebody moves its map.
import { visit } from './harness.mjs';

export async function company(browser, page, base, { check, wait }) {
  const wall = await visit(browser, base, { width: 640, height: 480 });
  try {
    await wall.page.goto(`${base}/?follow=${encodeURIComponent('指挥大屏')}`);
    check('a wall waits for the screen that its address names', await wall.wait('awaiting', () => document.getElementById('following')?.textContent === '等待 指挥大屏'));

    await page.click('#who');
    await page.fill('#name', '指挥大屏');
    await page.press('#name', 'Enter');
    check('both are in the list', await wait('two', () => document.querySelectorAll('#screens li').length === 2));
    check('and it says where they look', await wait('place', () => [...document.querySelectorAll('#screens small')].every((e) => / · \d+\.\d/.test(e.textContent))));
    check('the wall follows', await wall.wait('following', () => document.getElementById('following')?.textContent === '跟随中 指挥大屏'));

    const at = { center: [121.4243, 31.2381], zoom: 15.7, bearing: -20, pitch: 40 };
    await page.evaluate((to) => window.suhe.map.jumpTo(to), at);
    const looks = (to) => {
      const { map } = window.suhe;
      const c = map.getCenter();
      return Math.abs(c.lng - to.center[0]) < 1e-5 && Math.abs(c.lat - to.center[1]) < 1e-5 && Math.abs(map.getZoom() - to.zoom) < 0.01
        && Math.abs(map.getBearing() - to.bearing) < 0.1 && Math.abs(map.getPitch() - to.pitch) < 0.1;
    };
    check('the wall looks where the screen looks', await wall.wait('looks', looks, at));

    await wall.page.mouse.move(320, 240);
    await wall.page.mouse.wheel(0, -400);
    check('moved by hand, it follows no longer', await wall.wait('free', () => document.getElementById('following')?.hidden));

    await page.click('#screens li:not([data-session="' + await page.evaluate(() => window.suhe.session()) + '"]) button');
    check('the other way round, by a click', await wait('clicked', () => /^跟随中 屏幕/.test(document.getElementById('following')?.textContent ?? '')));
    const there = { center: [121.4501, 31.2466], zoom: 14.2, bearing: 15, pitch: 20 };
    await wall.page.evaluate((to) => window.suhe.map.jumpTo(to), there);
    check('the screen looks where the wall looks', await wait('looks too', looks, there));
    await page.click('#stop');
    check('until it is stopped', await wait('stopped', () => document.getElementById('following')?.hidden));
    check('the wall has nothing to complain of', wall.complaints.length === 0, wall.complaints.slice(0, 3).join(' | '));
  } finally {
    await wall.page.close();
  }
  check('who leaves is gone from the list', await wait('gone', () => document.querySelectorAll('#screens li').length === 1));
}
