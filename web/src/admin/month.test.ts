import { expect, it } from 'vitest';
import { monthOf } from './month';

const days = [
  { date: '2026-10-01', off: true, name: '国庆节' }, { date: '2026-10-02', off: true, name: '国庆节' }, { date: '2026-10-10', off: false },
];

it('a month begins on its weekday and has all its days', () => {
  const weeks = monthOf(2026, 10, days); // 1 October 2026 is a Thursday
  expect(weeks[0]!.map((d) => d?.day)).toEqual([undefined, undefined, undefined, 1, 2, 3, 4]);
  expect(weeks.at(-1)!.map((d) => d?.day)).toEqual([26, 27, 28, 29, 30, 31, undefined]);
  expect(monthOf(2024, 2, []).flat().filter(Boolean)).toHaveLength(29);
});

it('days are what the calendar says, else what the week says', () => {
  const kinds = new Map(monthOf(2026, 10, days).flat().flatMap((d) => (d ? [[d.day, d.kind]] : [])));
  expect([1, 2, 3, 5, 10, 11].map((d) => kinds.get(d))).toEqual(['holiday', 'holiday', 'weekend', 'work', 'shifted', 'weekend']);
});
