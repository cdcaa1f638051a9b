import { expect, it } from 'vitest';
import { drawn, toGCJ02, undrawn } from './datum';
import type { LonLat } from './geo';

/** As the server moves them (suhe/geo). */
const table: [LonLat, LonLat][] = [
  [[121.4338, 31.2494], [121.438426409, 31.247551400]],
  [[121.3499, 31.239], [121.354491683, 31.237117130]],
  [[116.391, 39.907], [116.397240959, 39.908401109]],
  [[-0.12, 51.5], [-0.12, 51.5]],
];

it('moves places as the server does', () => {
  for (const [from, to] of table) {
    const is = toGCJ02(from);
    expect(Math.abs(is[0] - to[0])).toBeLessThan(1e-8);
    expect(Math.abs(is[1] - to[1])).toBeLessThan(1e-8);
  }
});

it('finds the way back', () => {
  for (const [from] of table) {
    const is = undrawn(drawn(from, 'gcj02'), 'gcj02');
    expect(Math.abs(is[0] - from[0]) + Math.abs(is[1] - from[1])).toBeLessThan(1e-9);
  }
  expect(drawn([121, 31], 'wgs84')).toEqual([121, 31]);
});
