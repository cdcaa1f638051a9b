import { describe, expect, it } from 'vitest';
import type { Score } from '../lib/cases';
import { bounds, figure, total, value } from './scores';

const none = { of: 0, all: 0 };
const score = (group: string, more: Partial<Score> = {}): Score => ({ group, found: 2, onTime: { of: 1, all: 3 }, steps: {}, returned: none, reworked: none, reopened: none, firstContact: none, satisfied: none, ...more });

it('writes rates with what they are of, and nothing of none', () => {
  expect([figure(score('a'), 'onTime'), figure(score('a'), 'returned'), figure(score('a'), 'found'), value(score('a'), 'returned')]).toEqual(['33.3 % (1/3)', '–', '2', undefined]);
});
it('adds before it divides', () => expect(figure(total([score('a'), score('b', { onTime: { of: 3, all: 3 } })], '*'), 'onTime')).toBe('66.7 % (4/6)'));

describe('periods', () => {
  const now = Date.parse('2026-03-01T00:30:00+08:00');
  it.each([
    ['last7', '', '', '2026-02-22T00:30:00+08:00', '2026-03-01T00:30:00+08:00'], ['thisMonth', '', '', '2026-03-01T00:00:00+08:00', '2026-03-01T00:30:00+08:00'],
    ['ownPeriod', '2026-02-01', '2026-02-02', '2026-02-01T00:00:00+08:00', '2026-02-03T00:00:00+08:00'],
  ] as const)('%s', (p, a, b, from, to) => expect(bounds(p, now, a, b)).toEqual({ from, to }));
  it('of one\'s own begin before they end', () => {
    expect(bounds('ownPeriod', now, '2026-02-02', '2026-02-01')).toBeUndefined();
    expect(bounds('ownPeriod', now, '', '2026-02-01')).toBeUndefined();
  });
});
