import { expect, test } from 'vitest';
import { Expiry } from './expiry';

const t0 = Date.parse('2026-11-29T08:00:00+08:00');
const minute = 60_000;

test('a login without an end is never near it', () => {
  const e = new Expiry();
  e.take(null, t0, t0);
  expect(e.near(t0, t0 + 1e9)).toBeUndefined();
});

test('it ends when nobody does anything, and later when somebody does', () => {
  const e = new Expiry();
  e.take({ expires: '2026-11-29T20:00:00+08:00', idleUntil: '2026-11-29T08:30:00+08:00' }, t0, t0);
  expect(e.near(t0, t0 + 27 * minute)).toBeUndefined();
  expect(e.near(t0, t0 + 28 * minute)).toEqual({ at: t0 + 30 * minute, idle: true });
  expect(e.near(t0 + 28 * minute, t0 + 28 * minute)).toBeUndefined();
  expect(e.ends(t0 + 28 * minute)).toEqual({ at: t0 + 58 * minute, idle: true });
});

test('what the page asks by itself does not put the end off', () => {
  const e = new Expiry();
  e.take({ expires: '2026-11-29T20:00:00+08:00', idleUntil: '2026-11-29T08:30:00+08:00' }, t0, t0);
  e.take({ expires: '2026-11-29T20:00:00+08:00', idleUntil: '2026-11-29T08:59:00+08:00' }, t0 + 29 * minute, t0 + 29 * minute);
  expect(e.ends(t0)).toEqual({ at: t0 + 30 * minute, idle: true });
});

test('the time is up also for who is busy', () => {
  const e = new Expiry();
  e.take({ expires: '2026-11-29T08:20:00+08:00', idleUntil: '2026-11-29T08:30:00+08:00' }, t0, t0);
  expect(e.near(t0 + 19 * minute, t0 + 19 * minute)).toEqual({ at: t0 + 20 * minute, idle: false });
});

test('a clock of ours that is wrong ends nothing', () => {
  const e = new Expiry();
  const ours = t0 + 3 * 3_600_000;
  e.take({ expires: '2026-11-29T20:00:00+08:00', idleUntil: '2026-11-29T08:30:00+08:00' }, t0, ours);
  expect(e.ends(ours)).toEqual({ at: ours + 30 * minute, idle: true });
});
