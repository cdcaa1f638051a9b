/** The days of a year as people work: by the calendar of the server, where that says nothing by the week. */
import type { Answers } from '../lib/contract';

export type Calendar = Answers['GET /v1/calendar'];

/** work: a workday of the week; weekend; holiday: a day of rest that has a name; shifted: a weekend's day on which people work. */
export type Kind = 'work' | 'weekend' | 'holiday' | 'shifted';

export interface Day { date: string; day: number; kind: Kind; name: string }

/** Weeks of a month from Monday on; undefined is a day of another month. */
export function monthOf(year: number, month: number, days: Calendar['days']): (Day | undefined)[][] {
  const known = new Map(days.map((d) => [d.date, d]));
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const cells: (Day | undefined)[] = Array.from({ length: (weekday(year, month, 1) + 6) % 7 });
  for (let day = 1; day <= count; day++) {
    const date = `${year}-${two(month)}-${two(day)}`;
    const is = known.get(date);
    const rest = [0, 6].includes(weekday(year, month, day));
    cells.push({ date, day, kind: is ? (is.off ? 'holiday' : 'shifted') : rest ? 'weekend' : 'work', name: is?.name ?? '' });
  }
  while (cells.length % 7 > 0) cells.push(undefined);
  return Array.from({ length: cells.length / 7 }, (_, w) => cells.slice(w * 7, w * 7 + 7));
}

/** 0 is Sunday; the days of a calendar are the same in all zones. */
const weekday = (year: number, month: number, day: number): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay();

const two = (n: number): string => String(n).padStart(2, '0');
