import { encodeQR } from 'qr';
import decodeQR from 'qr/decode.js';
import { expect, test } from 'vitest';
import { outline } from './qr';

/** Draws the path as a browser would, in pixels of RGBA. */
function paint(path: string, size: number, scale: number): Uint8ClampedArray {
  const data = new Uint8ClampedArray(size * scale * size * scale * 4).fill(255);
  for (const [, x, y, w, back] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H(\d+)z/g)) {
    expect(back).toBe(x);
    for (let py = Number(y) * scale; py < (Number(y) + 1) * scale; py++) {
      for (let px = Number(x) * scale; px < (Number(x) + Number(w)) * scale; px++) data.fill(0, (py * size * scale + px) * 4, (py * size * scale + px) * 4 + 3);
    }
  }
  return data;
}

test('what is drawn can be read', () => {
  const text = 'otpauth://totp/Suhe:security?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Suhe&algorithm=SHA1&digits=6&period=30';
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const scale = 4;
  const side = rows.length * scale;
  expect(decodeQR({ width: side, height: side, data: paint(outline(rows), rows.length, scale) })).toBe(text);
});
