import { expect, test } from 'vitest';
import type { CaseRow } from '../lib/docket';
import { offset } from '../lib/geo';
import { grave, shownFor, Troubles } from './troubles';

const row = (id: string, severity: number, metres = 0, more: Partial<CaseRow> = {}): CaseRow => ({
  kind: 'incident', id, rev: 1, open: true, class: 'flood.level', title: id, area: '', state: 'filed', severity, light: 0, storm: '', place: offset([121.4, 31.2], 90, metres), ...more,
});

test('only what is grave is shown', () => {
  expect([1, 2, 3, 0].map((s) => grave(row('a', s)))).toEqual([true, true, false, false]);
  expect(grave(row('a', 1, 0, { open: false }))).toBe(false);
  expect(new Troubles().add(row('a', 3), 0)).toBe(false);
});

test('the worst comes first, each for its time, and then the tour', () => {
  const t = new Troubles();
  t.add(row('b', 2, 0), 0);
  t.add(row('a', 1, 500), 0);
  t.add(row('c', 2, 1000), 0);
  expect(t.now(0)?.row.id).toBe('a');
  expect(t.now(shownFor - 1)?.row.id).toBe('a');
  expect(t.now(shownFor)?.row.id).toBe('b');
  expect(t.queued).toBe(1);
  expect(t.now(2 * shownFor)?.row.id).toBe('c');
  expect(t.now(3 * shownFor)).toBeUndefined();
});

test('what is worse does not wait, but what is shown can be read first', () => {
  const t = new Troubles();
  t.add(row('b', 2), 0);
  t.now(0);
  t.add(row('a', 1, 500), 1000);
  expect(t.now(1000)?.row.id).toBe('b');
  expect(t.now(8000)?.row.id).toBe('a');
});

test('an alarm and the incident that it became are one', () => {
  const t = new Troubles();
  t.add(row('alarm', 1, 0, { kind: 'alarm' }), 0);
  t.now(0);
  expect(t.add(row('case', 1, 30), 1000)).toBe(false);
  expect(t.now(2000)?.row.id).toBe('case');
  expect(t.now(shownFor)).toBeUndefined();
  expect(t.add(row('later', 1, 30), 20 * 60_000)).toBe(true);
});

test('what is over is shown no more', () => {
  const t = new Troubles();
  t.add(row('a', 1), 0);
  t.add(row('b', 2, 500), 0);
  t.take(row('b', 2, 500, { open: false, rev: 2 }), 0);
  t.now(0);
  t.take(row('a', 1, 0, { open: false, rev: 2, state: 'closed' }), 10_000);
  expect(t.now(11_000)?.row.state).toBe('closed');
  expect(t.now(13_000)).toBeUndefined();
});

test('a flood of them is bounded', () => {
  const t = new Troubles();
  for (let i = 0; i < 100; i++) t.add(row(`x${i}`, 1 + (i % 2), i * 200), 0);
  expect(t.queued).toBe(20);
  expect(t.now(0)?.row.severity).toBe(1);
});
