import { expect, test } from 'vitest';
import { css, daylight, sunAt } from './sun';

const shanghai: [number, number] = [121.4737, 31.2304];

// On an equinox the sun stands at noon as high as the place is from the pole, at the solstices by
// the tilt of the earth (23.44°) more or less; it rises where the almanac says, refraction left out.
test.each([
  ['2026-03-20T12:01:00+08:00', 180, 90 - 31.23, 1.5],
  ['2026-06-21T11:56:00+08:00', 180, 90 - 31.23 + 23.44, 3],
  ['2026-12-22T11:52:00+08:00', 180, 90 - 31.23 - 23.44, 1],
])('it culminates in the south at %s', (at, azimuth, altitude, within) => {
  const s = sunAt(Date.parse(at), shanghai);
  expect(Math.abs(s.altitude - altitude)).toBeLessThan(0.3);
  expect(Math.abs(s.azimuth - azimuth)).toBeLessThan(within);
});

test('it rises in the east and sets in the west, at the hours of an equinox', () => {
  const rise = sunAt(Date.parse('2026-03-20T06:00:00+08:00'), shanghai);
  const set = sunAt(Date.parse('2026-03-20T18:03:00+08:00'), shanghai);
  expect(Math.abs(rise.altitude)).toBeLessThan(1);
  expect(Math.abs(rise.azimuth - 90)).toBeLessThan(1);
  expect(Math.abs(set.altitude)).toBeLessThan(1);
  expect(Math.abs(set.azimuth - 270)).toBeLessThan(1);
});

test('the example of the NOAA spreadsheet: 40° N 105° W, 2010-06-21 00:06 UTC−6', () => {
  expect(sunAt(Date.UTC(2010, 5, 21, 6, 6), [-105, 40]).altitude).toBeCloseTo(-25.25, 0);
});

test('night is blue and weak, noon is bright, and nothing jumps between', () => {
  expect(daylight(-40)).toBe(daylight(-12.5));
  expect(daylight(90).strength).toBeGreaterThan(2 * daylight(-40).strength);
  const dusk = daylight(1);
  expect(dusk.horizon[0]).toBeGreaterThan(dusk.horizon[2]);
  for (let a = -20; a < 60; a += 0.25) {
    const [x, y] = [daylight(a), daylight(a + 0.25)];
    for (const part of ['sky', 'horizon', 'light', 'water'] as const) for (const i of [0, 1, 2] as const) expect(Math.abs(x[part][i] - y[part][i])).toBeLessThan(0.04);
  }
});

test('colours are written as CSS has them', () => {
  expect(css([1, 0.5, 0])).toBe('rgb(255,128,0)');
});
