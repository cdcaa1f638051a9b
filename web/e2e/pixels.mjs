// What is to be seen on a page, by its pixels.

/** Reads pictures of pages, in a page of its own: other pages' policies refuse it. */
export async function eye(browser) {
  const reader = await browser.newPage();
  return {
    /** How many pixels of a part of a page pass the test, which is the text of a function of red, green and blue. */
    async count(page, clip, test) {
      const png = (await page.screenshot({ clip })).toString('base64');
      return reader.evaluate(async ([bytes, passes]) => {
        const image = await createImageBitmap(new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const c = canvas.getContext('2d');
        c.drawImage(image, 0, 0);
        const { data } = c.getImageData(0, 0, image.width, image.height);
        const f = new Function(`return ${passes}`)();
        let n = 0;
        for (let i = 0; i < data.length; i += 4) if (f(data[i], data[i + 1], data[i + 2])) n++;
        return n;
      }, [png, String(test)]);
    },
    close: () => reader.close(),
  };
}
