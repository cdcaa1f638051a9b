import { expect, test } from 'vitest';
import { countdown, newest, phaseOf, tally, type Row } from './phases';

const now = Date.parse('2026-11-30T12:00:00+08:00');
const row = (id: string, state: string, due: string | undefined, colour: 'green' | 'yellow' | 'red' = 'green', begun = '2026-11-30T11:00:00+08:00'): Row => ({
  id, rev: 1, state, class: 'c', title: id, severity: 3, place: [121.4, 31.2], begun, ...(due ? { clock: { step: 'handle', due, share: 0.5, colour } } : {}),
});

test('each state has its phase, and what left the loop has none', () => {
  expect(['discovered', 'filed', 'dispatched', 'handling', 'checking', 'closed'].map(phaseOf)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(['rejected', 'merged', 'cancelled', 'raised'].map(phaseOf)).toEqual([undefined, undefined, undefined, undefined]);
});

test('the loop counts, with the worst clock of each phase; clocks go on by themselves', () => {
  const t = tally([
    row('a', 'filed', '2026-11-30T13:00:00+08:00'), row('b', 'filed', '2026-11-30T12:10:00+08:00', 'yellow'), row('c', 'handling', '2026-11-30T11:59:59+08:00'), row('d', 'merged', undefined),
  ], [row('e', 'closed', undefined), row('f', 'closed', undefined, 'green', '2026-11-28T11:00:00+08:00'), row('g', 'rejected', undefined)], now);
  expect(t.counts).toEqual([0, 2, 0, 1, 0, 1]);
  expect(t.worst).toEqual([0, 1, 0, 2, 0, 0]);
  expect(t.lights).toEqual([1, 1, 1]);
});

test('a clock counts down to the second and beyond', () => {
  expect(countdown(row('a', 'filed', '2026-11-30T13:02:03+08:00'), now)).toBe('01:02:03');
  expect(countdown(row('a', 'filed', '2026-12-02T12:00:00+08:00'), now)).toBe('2d 00:00:00');
  expect(countdown(row('a', 'filed', '2026-11-30T11:58:58+08:00'), now)).toBe('−00:01:02');
  expect(countdown(row('a', 'filed', undefined), now)).toBe('');
});

test('the newest come first', () => {
  const rows = [row('a', 'filed', undefined, 'green', '2026-11-30T09:00:00+08:00'), row('b', 'filed', undefined, 'green', '2026-11-30T11:00:00Z'), row('c', 'filed', undefined)];
  expect(newest(rows, 2).map((r) => r.id)).toEqual(['b', 'c']);
});
