/** A line of the desk: what the docket holds of a case, and what only the lists tell of it. Times are Unix milliseconds. */
import type { Alarm, Incident, ListedAlarm, ListedFully, Reading } from '../lib/cases';
import type { CaseRow } from '../lib/docket';
import { instant } from '../lib/time';

/** What the stream does not tell. rev is the revision that it is of; due is undefined while no clock runs. */
export interface More {
  rev: number; titleEn: string; address: string; channel: string; unit: string; person: string; supervised: boolean; extension: boolean;
  begun: number | undefined; due: number | undefined; step: string;
}

/** One line; parts are the other alarms of its storm. */
export interface Entry extends CaseRow, Omit<More, 'rev'> { parts: number }

const nothing: More = {
  rev: 0, titleEn: '', address: '', channel: '', unit: '', person: '', supervised: false, extension: false, begun: undefined, due: undefined, step: '',
};

/** What was learnt of a case may be older than the case: of an older one the clock is not known. */
export function entryOf(row: CaseRow, known: More | undefined, parts = 0): Entry {
  const { rev, ...more } = known ?? nothing;
  return { ...row, ...more, ...(rev < row.rev ? { due: undefined, step: '' } : {}), parts };
}

const clockOf = (r: Reading | undefined): Pick<More, 'due' | 'step'> => (r && !r.stands && !r.ended ? { due: instant(r.due), step: r.step } : { due: undefined, step: '' });

export function moreOfListed(i: ListedFully): More {
  return {
    ...nothing, rev: i.rev, address: i.address ?? '', channel: i.channel, unit: i.unit ?? '', person: i.person ?? '', supervised: i.supervised === true,
    extension: i.extension === true, begun: instant(i.begun), ...clockOf(i.clock),
  };
}

const colours = ['green', 'yellow', 'red'];

/** Of the clocks that run the one that matters most: the worst colour, then what is due first. */
export function worstClock(readings: Reading[]): Reading | undefined {
  const rank = (r: Reading): number => -colours.indexOf(r.colour);
  return readings.filter((r) => !r.ended && !r.stands).sort((a, b) => rank(a) - rank(b) || (instant(a.due) ?? 0) - (instant(b.due) ?? 0))[0];
}

export function moreOfIncident(i: Incident): More {
  return {
    ...nothing, rev: i.rev, address: i.what.address ?? '', channel: i.sources[0]?.channel ?? '', unit: i.task?.unit ?? '', person: i.task?.person ?? '',
    supervised: Boolean(i.task?.supervised), extension: i.extension !== undefined, begun: instant(i.tally?.begun ?? i.sources[0]?.at), ...clockOf(worstClock(i.readings ?? [])),
  };
}

/** The channel of alarms: the twin finds them itself, by sensors or by what algorithms see, which lists do not tell apart. */
export const byItself = 'twin';

/** No clock runs on alarms. */
export function moreOfAlarm(a: Pick<ListedAlarm | Alarm, 'rev' | 'titleEn' | 'raised'>): More {
  return { ...nothing, rev: a.rev, titleEn: a.titleEn ?? '', channel: byItself, begun: instant(a.raised) };
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const two = (n: number): string => String(n).padStart(2, '0');

/** A span of time as a clock shows it: 4:05 are minutes and seconds, 2h05 hours, 3d04 days. */
export function span(ms: number): string {
  const t = Math.abs(ms);
  if (t < hour) return `${Math.floor(t / minute)}:${two(Math.floor((t % minute) / 1000))}`;
  if (t < 2 * day) return `${Math.floor(t / hour)}h${two(Math.floor((t % hour) / minute))}`;
  return `${Math.floor(t / day)}d${two(Math.floor((t % day) / hour))}`;
}
