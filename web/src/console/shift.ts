/** What the next shift takes over: how much there is of what, each with the filter that shows it, and what is to be minded first. */
import { worstFirst } from '../lib/docket';
import type { Me } from '../lib/session';
import type { Entry } from './entry';
import { isFresh, waits, type Filter } from './filter';
import type { DeskWord } from './words';

/** One figure; filter shows what it counts. */
export interface Figure { word: DeskWord; n: number; filter: Partial<Filter>; bad: boolean }

export interface Shift { figures: Figure[]; states: { state: string; n: number }[]; mind: Entry[] }

/** How many are named to be minded. */
const named = 12;

export function shiftOf(all: readonly Entry[], who: Pick<Me, 'actions'>, now: number): Shift {
  const open = all.filter((e) => e.open);
  const incidents = open.filter((e) => e.kind === 'incident');
  const alarms = open.filter((e) => e.kind === 'alarm');
  const count = (some: Entry[], is: (e: Entry) => boolean): number => some.filter(is).length;
  const states = new Map<string, number>();
  for (const e of incidents) states.set(e.state, (states.get(e.state) ?? 0) + 1);
  return {
    figures: [
      { word: 'waiting', n: count(open, (e) => waits(e, who)), filter: { whose: 'waiting' }, bad: false },
      { word: 'overdueAll', n: count(incidents, (e) => e.light >= 2), filter: { kind: 'incident', colour: 'red' }, bad: true },
      { word: 'dueSoon', n: count(incidents, (e) => e.light === 1), filter: { kind: 'incident', colour: 'yellow' }, bad: false },
      { word: 'supervised', n: count(incidents, (e) => e.supervised), filter: { whose: 'supervised' }, bad: true },
      { word: 'extension', n: count(incidents, (e) => e.extension), filter: { whose: 'extension' }, bad: false },
      { word: 'unassigned', n: count(incidents, (e) => e.unit === '' && e.person === ''), filter: { whose: 'unassigned' }, bad: false },
      { word: 'openAll', n: incidents.length, filter: { kind: 'incident' }, bad: false },
      { word: 'fresh', n: count(incidents, (e) => isFresh(e, now)), filter: { whose: 'fresh' }, bad: false },
      { word: 'openAlarms', n: alarms.length, filter: { kind: 'alarm' }, bad: false },
      { word: 'rawAlarms', n: count(alarms, (e) => e.state === 'raised'), filter: { kind: 'alarm', state: 'raised' }, bad: true },
    ],
    states: [...states].map(([state, n]) => ({ state, n })).sort((a, b) => b.n - a.n),
    mind: incidents.filter((e) => e.light >= 2 || e.supervised || e.severity === 1 || e.severity === 2).sort(worstFirst).slice(0, named),
  };
}
