import { expect, test } from 'vitest';
import { scaleOf, StripLayout, wide } from './strip';

test.each([[1500, 180, 22], [3840, 430, 44], [3700, 190, 22], [600, 120, 22]])('in %i × %i everything has its row, from top to bottom', (width, height, letter) => {
  const { rows } = new StripLayout([0, 15_238], { width, height, letter });
  const order = [rows.names, rows.left, rows.top, rows.bottom, rows.right, rows.scale];
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(rows.names - letter).toBeGreaterThanOrEqual(0);
  expect(rows.scale).toBeLessThan(height);
  expect(rows.bottom - rows.top).toBeGreaterThan(letter * 0.5);
});

const layout = new StripLayout([0, 10_000], { width: 1000, height: 180, letter: 20 });

test('chainage grows to the right and stays inside', () => {
  expect(layout.x(0)).toBe(24);
  expect(layout.x(10_000)).toBe(976);
  expect(layout.x(5000)).toBe(500);
  expect(layout.x(-5)).toBe(24);
  expect(layout.x(99_999)).toBe(976);
});

test('values stand on the bottom and never leave the creek', () => {
  const { rows } = layout;
  expect(layout.y(2, 2, 4)).toBe(rows.bottom);
  expect(layout.y(4, 2, 4)).toBe(rows.top);
  expect(layout.y(9, 2, 4)).toBe(rows.top);
  expect(layout.y(3, 3, 3)).toBe((rows.top + rows.bottom) / 2);
});

test('the scale is round and readable', () => {
  expect(layout.ticks()).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000]);
  expect(new StripLayout([250, 15_238], { width: 500, height: 180, letter: 20 }).ticks()).toEqual([5000, 10_000, 15_000]);
});

test('names do not lie on each other', () => {
  const all = Array.from({ length: 40 }, (_, i) => ({ chainage: (i * 7919) % 10_000, text: '武宁路桥', of: i }));
  const shown = layout.fitting(all);
  expect(shown.length).toBeGreaterThan(5);
  for (let i = 1; i < shown.length; i++) expect(shown[i]!.x - shown[i - 1]!.x).toBeGreaterThan(wide('武宁路桥') * 20);
  for (const { x, text } of shown) {
    expect(x - (wide(text) * 20) / 2).toBeGreaterThanOrEqual(0);
    expect(x + (wide(text) * 20) / 2).toBeLessThanOrEqual(1000);
  }
});

test('the scale of values is not torn by little', () => {
  expect(scaleOf([2.5, 2.6], 1)).toEqual([2.05, 3.05]);
  expect(scaleOf([1, NaN, 5], 1)).toEqual([1, 5]);
  expect(scaleOf([], 1)).toEqual([0, 1]);
});
