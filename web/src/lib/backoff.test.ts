import { expect, it } from 'vitest';
import { delay, usual } from './backoff';

it('doubles, spreads and ends at the limit', () => {
  expect(delay(0, 0)).toBe(usual.first / 2);
  expect(delay(0, 1)).toBe(usual.first);
  expect(delay(3, 0.5)).toBe(usual.first * 8 * 0.75);
  for (const n of [6, 30, 4000]) expect(delay(n, 1)).toBe(usual.limit);
});
