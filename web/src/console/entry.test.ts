import { expect, it } from 'vitest';
import type { Incident, ListedFully, Reading } from '../lib/cases';
import { entryOf, moreOfAlarm, moreOfIncident, moreOfListed, span, worstClock } from './entry';
import { nearby } from './phone';
import { entry } from './sample';
import { shiftOf } from './shift';

const at = '2026-03-04T10:00:00+08:00';
const ms = Date.parse(at);
const listed: ListedFully = { id: 'a', rev: 3, state: 'filed', class: 'c', title: 't', severity: 2, place: [1, 2], channel: 'hotline', unit: 'u', begun: at, clock: { step: 'dispatch', due: at, share: 0.1, colour: 'green' } };

it('takes of a list what the stream does not tell', () => {
  expect(moreOfListed(listed)).toMatchObject({ rev: 3, channel: 'hotline', unit: 'u', person: '', begun: ms, due: ms, step: 'dispatch', supervised: false });
  expect(moreOfListed({ ...listed, clock: { step: 'handle', due: at, share: 0, colour: 'green', stands: true } }).due).toBeUndefined();
  expect(moreOfAlarm({ rev: 1, titleEn: 'T', raised: at })).toMatchObject({ titleEn: 'T', begun: ms, channel: 'twin' });
});
it('takes the same of an incident', () => {
  const i: Incident = {
    clocks: [], may: [], id: 'a', rev: 3, state: 'filed', what: { class: 'c', title: 't', severity: 2, place: [1, 2] }, terms: { extensions: 0, level: 'street', proof: 0, limits: {} }, sources: [{ channel: 'hotline', by: 'x', at }], task: { unit: 'u' },
    tally: { begun: at }, readings: [{ step: 'filing', due: at, share: 1, colour: 'red', ended: true }, { step: 'dispatch', due: at, share: 0.1, colour: 'green' }],
  };
  expect(moreOfIncident(i)).toEqual(moreOfListed(listed));
});
it('does not believe a clock of before', () => {
  const row = { ...entry('a'), rev: 4 };
  expect(entryOf(row, moreOfListed(listed))).toMatchObject({ due: undefined, unit: 'u' });
  expect(entryOf({ ...row, rev: 3 }, moreOfListed(listed)).due).toBe(ms);
});
it('of clocks the worst counts, then the first', () => {
  const r = (step: Reading['step'], colour: Reading['colour'], due: string, more = {}): Reading => ({ step, colour, due, share: 0, ...more });
  expect(worstClock([r('filing', 'green', '2026-01-01T00:00:00Z'), r('dispatch', 'yellow', '2026-01-03T00:00:00Z'), r('accept', 'yellow', '2026-01-02T00:00:00Z'), r('handle', 'red', '2026-01-01T00:00:00Z', { stands: true })])?.step).toBe('accept');
  expect(worstClock([])).toBeUndefined();
});
it.each([[0, '0:00'], [65_000, '1:05'], [-65_000, '1:05'], [3_599_999, '59:59'], [3_600_000, '1h00'], [47 * 3_600_000, '47h00'], [76 * 3_600_000, '3d04']])('%d ms are %s', (t, is) => expect(span(t)).toBe(is));

it('tells of open incidents of the class nearby, the nearest first', () => {
  const all = [entry('far', { place: [121.45, 31.25] }), entry('near', { place: [121.4302, 31.25] }), entry('here'), entry('other', { class: 'x' }), entry('alarm', { kind: 'alarm' }), entry('over', { open: false })];
  expect(nearby(all, 'facility.railing', [121.43, 31.25]).map((n) => n.entry.id)).toEqual(['here', 'near']);
});

it('counts what the next shift takes over', () => {
  const now = 100 * 3600_000;
  const s = shiftOf([
    entry('a', { light: 2, begun: now - 1000, unit: 'u' }), entry('b', { light: 1, begun: 0, state: 'handling', unit: 'u' }), entry('c', { supervised: true, state: 'handling', unit: 'u', begun: 0 }),
    entry('d', { kind: 'alarm', state: 'raised', severity: 1 }), entry('e', { kind: 'alarm', state: 'acknowledged' }), entry('f', { open: false, light: 2 }), entry('g', { severity: 1, state: 'discovered', begun: 0 }),
  ], { actions: ['dispatch'] }, now);
  const n = Object.fromEntries(s.figures.map((f) => [f.word, f.n]));
  expect(n).toEqual({ waiting: 2, overdueAll: 1, dueSoon: 1, supervised: 1, extension: 0, unassigned: 1, openAll: 4, fresh: 1, openAlarms: 2, rawAlarms: 1 });
  expect(s.states).toEqual([{ state: 'handling', n: 2 }, { state: 'filed', n: 1 }, { state: 'discovered', n: 1 }]);
  expect(s.mind.map((e) => e.id)).toEqual(['g', 'a', 'c']);
});
