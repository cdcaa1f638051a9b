import { expect, test } from 'vitest';
import { hour, Series, step } from './series';

test('it holds an hour however long it is told', () => {
  const s = new Series();
  const start = 1_800_000_000_000;
  for (let i = 0; i < 20_000; i++) s.add(start + i * 5000, i);
  expect(s.size).toBeLessThanOrEqual(hour / step);
  const now = start + 19_999 * 5000;
  const [times, values] = s.read(now);
  expect(times.length).toBe(hour / step);
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(times.at(-1)! * 1000).toBeLessThanOrEqual(now);
  expect(times[0]! * 1000).toBeGreaterThan(now - hour - step);
});

test('what comes late is put where it belongs, and no number is none', () => {
  const s = new Series();
  const now = 1_800_000_000_000;
  s.add(now, 3);
  s.add(now - 10 * step, 1);
  s.add(now - 10 * step, 2);
  s.add(now, NaN);
  expect(s.read(now)[1]).toEqual([1.5, 3]);
  expect(s.read(now + hour + step)[1]).toEqual([]);
});
