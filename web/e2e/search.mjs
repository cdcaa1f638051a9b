// The search box: found by pinyin, walked through by keys, the map goes there and the card opens.
export async function search(page, { check, wait }) {
  await page.keyboard.press('/');
  check('a key goes to the search box', await page.evaluate(() => document.activeElement?.id === 'search-text'));
  await page.keyboard.type('武宁路桥');
  check('what has the words is found and marked', await wait('found', () => [...document.querySelectorAll('#search-list:not([hidden]) [role=option] mark')]
    .some((m) => m.textContent === '武宁路桥')));
  await page.fill('#search-text', '没有的东西');
  check('it says that nothing was found', await wait('nothing', () => document.getElementById('search-note')?.textContent === '没有找到'));
  await page.fill('#search-text', 'wnlq');
  check('initials of pinyin find it too', await wait('initials', () => document.querySelector('#search-list [role=option] mark')?.textContent === '武宁路桥'));
  check('how much was found is said', /^共 \d+ 个$/.test((await page.textContent('#search-note')) ?? ''));
  await page.keyboard.press('ArrowDown');
  check('a key chooses the first', await page.evaluate(() => {
    const id = document.getElementById('search-text')?.getAttribute('aria-activedescendant');
    return document.getElementById(id ?? '')?.getAttribute('aria-selected') === 'true';
  }));
  await page.keyboard.press('Enter');
  check('its card opens', await wait('card', () => /武宁路桥/.test(document.querySelector('#card:not([hidden])')?.textContent ?? '')));
  check('the list closes', await page.isHidden('#search-list'));
  check('the map goes there', await wait('there', async () => {
    const found = await (await fetch('/v1/search?q=wnlq&limit=1')).json();
    const [lon, lat] = found.hits[0].place;
    const { x, y } = window.suhe.map.project([lon, lat]);
    return x > 0 && x < innerWidth && y > 0 && y < innerHeight && window.suhe.map.getZoom() > 15;
  }));
  await page.fill('#search-text', '');
  await page.keyboard.press('Escape');
  check('Escape closes the card', await page.isHidden('#card'));
}
