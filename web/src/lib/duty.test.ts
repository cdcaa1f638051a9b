import { expect, it } from 'vitest';
import type { Reading } from './cases';
import { foreseen, left, light, metresText, next, owed, spanText, type Task } from './duty';

const now = Date.parse('2026-03-04T10:00:00+08:00');
const due = (minutes: number, more: Partial<Reading> = {}): Reading => ({ step: 'handle', due: new Date(now + minutes * 60_000).toISOString(), share: 0.5, colour: 'green', ...more });
const task = (id: string, more: Partial<Task> = {}): Task => ({ id, rev: 1, state: 'dispatched', class: 'other', title: id, severity: 3, place: [121.4, 31.2], person: 'li', ...more });
const order = (all: Task[], far: Record<string, number> = {}): string[] => owed(all, ['li', 'patrol-li'], true, (t) => far[t.id], now).map((o) => o.task.id);

it('tells what is one\'s own and what is free, and nothing else', () => {
  const all = [task('mine'), task('mover', { person: 'patrol-li' }), task('free', { person: '' }), task('other', { person: 'wang' }), task('begun', { person: '', state: 'handling' }), task('filed', { state: 'filed' })];
  expect(order(all)).toEqual(['mine', 'mover', 'free']);
  expect(owed(all, ['li'], false, () => 0, now)).toEqual([]);
});

it('puts what is urgent first, and of that what is near', () => {
  const all = [
    task('far', { clock: due(30) }), task('near', { clock: due(33) }), task('later', { clock: due(90) }), task('severe', { severity: 1, clock: due(600) }),
    task('late', { severity: 4, clock: due(-5) }), task('soon', { severity: 4, clock: due(10, { colour: 'yellow' }) }), task('still', { state: 'suspended', severity: 1 }), task('free', { person: '', severity: 1, clock: due(-60) }),
  ];
  expect(order(all, { far: 900, near: 100, later: 1 })).toEqual(['late', 'soon', 'severe', 'near', 'far', 'later', 'free', 'still']);
});

it('lets a clock run on that was told of long ago', () => {
  expect([light(undefined, now), light(due(5), now), light(due(5, { colour: 'yellow' }), now), light(due(-1), now), light(due(-1, { ended: true }), now), light(due(-1, { stands: true }), now)]).toEqual([0, 0, 1, 2, 0, 0]);
  expect(left(due(5), now)).toBe(300_000);
  expect(left(due(5, { stands: true }), now)).toBeUndefined();
});

it('foresees what is waiting to be sent', () => {
  expect(foreseen('dispatched', ['accept', 'handle'])).toBe('handling');
  expect(foreseen('handling', ['comment'])).toBe('handling');
  expect([next('dispatched'), next('handling'), next('closed')]).toEqual([['accept', 'return'], ['report'], []]);
});

it('says metres and spans shortly', () => {
  expect([metresText(12, 'zh'), metresText(643, 'zh'), metresText(996, 'en'), metresText(1449, 'zh')]).toEqual(['10 米', '640 米', '1.0 km', '1.4 公里']);
  expect([spanText(59_000, 'zh'), spanText(-61 * 60_000, 'zh'), spanText(49 * 3600_000, 'en')]).toEqual(['0 分', '1 小时 1 分', '2 d 1 h']);
});
