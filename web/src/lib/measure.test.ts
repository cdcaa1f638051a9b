import { expect, test } from 'vitest';
import { offset, type LonLat } from './geo';
import { area, beside, capsule, circle, length, metres } from './measure';

const here: LonLat = [121.43, 31.245];

test('lengths are those on the ellipsoid', () => {
  // A degree of longitude and of latitude here, by the series of NIMA TR8350.2 for WGS84.
  const lat = 31.245 * Math.PI / 180;
  const lonDegree = 111412.84 * Math.cos(lat) - 93.5 * Math.cos(3 * lat) + 0.118 * Math.cos(5 * lat);
  const latDegree = 111132.92 - 559.82 * Math.cos(2 * lat) + 1.175 * Math.cos(4 * lat) - 0.0023 * Math.cos(6 * lat);
  expect(metres(here, [121.44, 31.245])).toBeCloseTo(lonDegree / 100, 1);
  expect(metres([121.43, 31.24], [121.43, 31.25])).toBeCloseTo(latDegree / 100, 1);
  expect(metres(here, here)).toBe(0);
  expect(length([here, [121.44, 31.245], here])).toBeCloseTo(2 * lonDegree / 100, 1);
  expect(length([here])).toBe(0);
  // A quarter of the equator and of a meridian.
  expect(metres([0, 0], [90, 0])).toBeCloseTo(6_378_137 * Math.PI / 2, 0);
  expect(metres([0, 0], [0, 90]) / 1000).toBeCloseTo(10_001.966, 1);
});

test('areas are those on the ellipsoid', () => {
  const side = 200;
  const square: LonLat[] = [here, beside(here, side, 0), beside(here, side, side), beside(here, 0, side)];
  expect(area(square) / side ** 2).toBeCloseTo(1, 4);
  expect(area([...square].reverse())).toBeCloseTo(area(square), 6);
  expect(area([...square, here])).toBeCloseTo(area(square), 6);
  // The whole earth has 510 065 622 km².
  expect(2 * area([[0, 0], [180, 0], [180, 90], [0, 90]]) * 2 / 1e6).toBeCloseTo(510_065_622 , -3);
});

test('a circle and a capsule have the area that they stand for', () => {
  for (const r of [5, 50, 800]) {
    expect(area(circle(here, r)) / (Math.PI * r * r)).toBeCloseTo(1, 3);
    for (const p of circle(here, r)) expect(metres(here, p) / r).toBeCloseTo(1, 2);
    for (const azimuth of [0, 37, 90, 200]) {
      const to = offset(here, azimuth, 3 * r);
      const true_ = Math.PI * r * r + 2 * r * metres(here, to);
      expect(Math.abs(area(capsule(here, to, r)) / true_ - 1)).toBeLessThan(0.02);
    }
  }
});
