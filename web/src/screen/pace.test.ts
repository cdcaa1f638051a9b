import { expect, test } from 'vitest';
import { Pace, Watchdog } from './pace';

const after = (p: Pace, ms: number, frames = 200): Pace => {
  for (let i = 0; i < frames; i++) p.took(ms);
  return p;
};

test('a fast machine draws 30 times a second and finely', () => {
  const p = after(new Pace(), 5);
  expect(p.wait()).toBe(33);
  expect(p.ratio(1920, 1080, 2)).toBe(2);
});

test('4K is drawn pixel by pixel and not finer', () => {
  expect(new Pace().ratio(3840, 2160, 2)).toBe(1);
  expect(new Pace().ratio(1920, 1080, 1)).toBe(1);
});

test('a slow machine draws less often and coarser, and keeps time for all else', () => {
  const p = after(new Pace(), 400);
  expect(p.wait()).toBeGreaterThan(380);
  expect(p.ratio(1920, 1080, 1)).toBe(0.5);
  expect(after(p, 5).ratio(1920, 1080, 1)).toBe(1);
  expect(after(p, 60_000).wait()).toBeCloseTo(1000, 3);
});

test('the watchdog nudges once, then begins anew; a page that nobody sees may rest', () => {
  const w = new Watchdog(0, 1000);
  expect(w.watch(900, true)).toBeUndefined();
  expect(w.watch(1100, true)).toBe('nudge');
  expect(w.watch(1200, true)).toBeUndefined();
  expect(w.watch(3100, true)).toBe('restart');
  w.frame(3200);
  expect(w.watch(4300, true)).toBe('nudge');
  expect(w.watch(60_000, false)).toBeUndefined();
  expect(w.watch(60_500, true)).toBeUndefined();
});
