import { expect, it } from 'vitest';
import { withExif } from './exif';

it('says when and where in the form that cameras do', async () => {
  const made = new Uint8Array(await (await withExif(new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xd9])]), Date.parse('2026-03-04T10:20:30+08:00'), [121.4338, 31.2494])).arrayBuffer());
  const text = new TextDecoder('latin1').decode(made);
  expect([...made.slice(0, 4)]).toEqual([0xff, 0xd8, 0xff, 0xe1]);
  expect(text.slice(6, 14)).toBe('Exif\0\0MM');
  expect(text).toContain('2026:03:04 10:20:30\0');
  expect(text).toContain('+08:00\0');
  const length = (made[4]! << 8) | made[5]!;
  expect([...made.slice(4 + length)]).toEqual([0xff, 0xd9]); // the rest is as it was
  // The directory of the place: tags 1 to 4, of which 2 is the latitude in three ratios.
  const view = new DataView(made.buffer, 12);
  const main = view.getUint32(4);
  const gps = view.getUint32(main + 2 + 12 + 8);
  expect(view.getUint16(gps)).toBe(4);
  const lat = view.getUint32(gps + 2 + 12 + 8);
  const ratio = (at: number): number => view.getUint32(at) / view.getUint32(at + 4);
  expect(ratio(lat) + ratio(lat + 8) / 60 + ratio(lat + 16) / 3600).toBeCloseTo(31.2494, 6);
});

it('leaves alone what is no JPEG', async () => {
  const png = new Blob([new Uint8Array([0x89, 0x50])]);
  expect(await withExif(png, 0, undefined)).toBe(png);
});
