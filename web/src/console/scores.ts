/** Figures of the evaluation (问效) as rows to read, to draw and to keep. */
import type { Rate, Score } from '../lib/cases';

/** What is measured; found is a count, all others are rates. */
export const measures = ['found', 'onTime', 'returned', 'reworked', 'reopened', 'firstContact', 'satisfied'] as const;
export type Measure = (typeof measures)[number];

/** A rate in percent; undefined of none. */
export function percent({ of, all }: Rate): number | undefined {
  return all === 0 ? undefined : (of / all) * 100;
}

/** What is drawn of a group. */
export function value(s: Score, m: Measure): number | undefined {
  return m === 'found' ? s.found : percent(s[m]);
}

/** How a figure is written: a count, or a rate with what it is of. */
export function figure(s: Score, m: Measure): string {
  if (m === 'found') return String(s.found);
  const p = percent(s[m]);
  return p === undefined ? '–' : `${Number(p.toFixed(1))} % (${s[m].of}/${s[m].all})`;
}

/** All groups together: rates are of all that could have been, so they are added before they are divided. */
export function total(all: Score[], group: string): Score {
  const add = (m: Exclude<Measure, 'found'>): Rate => all.reduce((sum, s) => ({ of: sum.of + s[m].of, all: sum.all + s[m].all }), { of: 0, all: 0 });
  return {
    group, found: all.reduce((n, s) => n + s.found, 0), steps: {},
    onTime: add('onTime'), returned: add('returned'), reworked: add('reworked'), reopened: add('reopened'), firstContact: add('firstContact'), satisfied: add('satisfied'),
  };
}

/** Periods that are asked for by a name. */
export const periods = ['last7', 'last30', 'last90', 'thisMonth', 'ownPeriod'] as const;
export type Period = (typeof periods)[number];

const day = 24 * 3600_000;

/** Shanghai is always so far ahead of UTC, in milliseconds. */
const ahead = 8 * 3600_000;

/** From when until when, RFC 3339; days are Shanghai's, the last one is whole. from and to are YYYY-MM-DD for a period of one's own. */
export function bounds(p: Period, now: number, from = '', to = ''): { from: string; to: string } | undefined {
  const at = (ms: number): string => new Date(ms + ahead).toISOString().slice(0, 19) + '+08:00';
  switch (p) {
    case 'ownPeriod': {
      const [first, last] = [Date.parse(`${from}T00:00:00+08:00`), Date.parse(`${to}T00:00:00+08:00`)];
      return Number.isNaN(first) || Number.isNaN(last) || last < first ? undefined : { from: at(first), to: at(last + day) };
    }
    case 'thisMonth': {
      const month = new Date(now + ahead).toISOString().slice(0, 7);
      return { from: `${month}-01T00:00:00+08:00`, to: at(now) };
    }
    default:
      return { from: at(now - { last7: 7, last30: 30, last90: 90 }[p] * day), to: at(now) };
  }
}
