import { expect, test } from 'vitest';
import { sceneOf, scenes, withScene } from './scenes';
import { restsFor, Tour, type Path } from './tour';

// One metre of chainage is a thousandth of a degree here, so that places can be read.
const path: Path = { range: [0, 1000], at: (c) => ({ at: [c / 1000, 31], azimuth: 90 }) };
const flight = { speed: 10, zoom: 16, pitch: 60, aside: 30 };

test('it flies down to the end and back, as fast as the scene says', () => {
  const t = new Tour(path, flight, false);
  let now = 1e12;
  expect(t.next(now)).toEqual({ lon: 0, lat: 31, zoom: 16, pitch: 60, bearing: 120 });
  let last = 0;
  let farthest = 0;
  for (let i = 0; i < 4000; i++) {
    const is = t.next((now += 50))!;
    expect(Math.abs(is.lon - last)).toBeLessThan(0.0006);
    last = is.lon;
    farthest = Math.max(farthest, last);
  }
  expect(farthest).toBeCloseTo(1, 6);
  expect(last).toBeCloseTo(0, 2); // 200 s at 10 m/s: there and back
});

test('at the end it turns round little by little', () => {
  const t = new Tour(path, { ...flight, speed: 20 }, false);
  let now = 1e12;
  let was = t.next(now)!.bearing;
  const seen = new Set<number>();
  for (let i = 0; i < 160; i++) {
    const { bearing } = t.next((now += 500))!;
    const d = Math.abs(((bearing - was + 540) % 360) - 180);
    expect(d).toBeLessThanOrEqual(4.001);
    seen.add(Math.round(bearing));
    was = bearing;
  }
  expect(seen.size).toBeGreaterThan(10);
});

test('a hand stops it, and it goes on where it was', () => {
  const t = new Tour(path, flight, false);
  const at = 1e12;
  t.next(at);
  const was = t.next(at + 1000)!;
  t.touch(at + 1000);
  expect(t.next(at + 2000)).toBeUndefined();
  expect(t.resting(at + 1000 + restsFor - 1)).toBe(true);
  const is = t.next(at + 1000 + restsFor)!;
  expect(is.lon - was.lon).toBeLessThan(0.0101); // no leap for the time that it stood
});

test('who wants no motion is shown one place after another', () => {
  const t = new Tour(path, flight, true);
  const at = 1e12;
  expect(t.next(at)?.lon).toBe(0);
  expect(t.next(at + 1000)).toBeUndefined();
  expect(t.next(at + 20_000)?.lon).toBeCloseTo(0.6, 6);
  expect(t.next(at + 30_000)).toBeUndefined();
});

test('the address says which scene', () => {
  expect(sceneOf('?scene=flood').name).toBe('flood');
  expect(sceneOf('?scene=nothing').name).toBe('duty');
  expect(withScene('?follow=a&scene=duty', 'festival')).toBe('?follow=a&scene=festival');
  expect(new Set(scenes.map((s) => s.key)).size).toBe(scenes.length);
});
