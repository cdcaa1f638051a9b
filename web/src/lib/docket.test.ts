import { describe, expect, it } from 'vitest';
import { Docket, folded, passes, urgent, worstFirst, type CaseRow } from './docket';
import type { WorldEvent } from './frames';

const row = (id: string, more: Partial<CaseRow> = {}): CaseRow => ({
  kind: 'incident', id, rev: 1, open: true, class: 'flood.level', title: id, area: '310107015', state: 'discovered', severity: 3, light: 0, storm: '', place: [121.4, 31.2], ...more,
});
const step = (id: string, rev: number, more: object = {}, layer = 'incidents'): WorldEvent => ({
  seq: rev, time: 0, type: 'incident.x', layer, fid: 1, id,
  case: { rev, open: true, class: 'flood.level', name: id, area: '', state: 'filed', severity: 2, light: 1, storm: '', lon: 1, lat: 2, ...more },
});
const ids = (d: Docket): string[] => d.open().map((r) => r.id);

describe('docket', () => {
  it('takes the list that was there as known, and says what is new of a later one', () => {
    const d = new Docket();
    expect(d.fill('incident', [row('a')], d.begin())).toEqual([]);
    expect(d.fill('incident', [row('a'), row('b')], d.begin()).map((r) => r.id)).toEqual(['b']);
    expect(d.fill('alarm', [row('c', { kind: 'alarm' })], d.begin())).toEqual([]);
    d.fill('incident', [], d.begin());
    expect(ids(d)).toEqual(['c']);
  });
  it('goes by events, and takes no older one', () => {
    const d = new Docket();
    expect(d.take(step('a', 1))?.fresh).toBe(true);
    expect(d.take(step('a', 3, { state: 'dispatched' }))).toMatchObject({ fresh: false, row: { state: 'dispatched', light: 1, severity: 2, place: [1, 2] } });
    expect(d.take(step('a', 2))).toBeUndefined();
    expect(d.open()[0]?.state).toBe('dispatched');
    d.take(step('a', 4, { open: false }));
    expect(ids(d)).toEqual([]);
    expect(d.take(step('a', 5))?.fresh).toBe(true); // opened again
    expect(d.take({ ...step('x', 1, {}, 'sensors'), case: undefined })).toBeUndefined();
  });
  it('lets an answer that was on its way not undo what came meanwhile', () => {
    const d = new Docket();
    const asked = d.begin();
    d.take(step('new', 1));
    d.take(step('gone', 7, { open: false }));
    d.take(step('far', 5, { state: 'closed' }));
    d.fill('incident', [row('gone', { rev: 6 }), row('far', { rev: 4 }), row('old')], asked);
    expect(ids(d).sort()).toEqual(['far', 'new', 'old']);
    expect(d.open().find((r) => r.id === 'far')?.state).toBe('closed');
    d.fill('incident', [row('old')], d.begin());
    expect(ids(d)).toEqual(['old']);
  });
});

describe('the order', () => {
  it('is severity, light, incidents first, then the newest', () => {
    const all = [row('z0', { severity: 0 }), row('a1', { severity: 1 }), row('a3', { light: 2 }), row('b4', { severity: 4, light: 2 }),
      row('b3'), row('c3'), row('d3', { kind: 'alarm', light: 2 }), row('a2', { severity: 2 })];
    expect(all.sort(worstFirst).map((r) => r.id)).toEqual(['a1', 'a2', 'a3', 'd3', 'c3', 'b3', 'b4', 'z0']);
  });
});

it.each([
  [{ kind: '', state: '' }, true], [{ kind: 'incident', state: '' }, true], [{ kind: 'alarm', state: '' }, false],
  [{ kind: '', state: 'filed' }, false], [{ kind: 'incident', state: 'discovered' }, true],
] as const)('filter %j', (f, want) => {
  expect(passes(f, row('a'))).toBe(want);
});

it('shows what is over only to who asks for that', () => {
  const over = row('a', { open: false, state: 'closed' });
  expect([passes({ kind: '', state: '' }, over), passes({ kind: 'over', state: '' }, over), passes({ kind: 'over', state: 'closed' }, row('b'))]).toEqual([false, true, false]);
});

it.each([[1, 'incident', true], [2, 'incident', true], [3, 'incident', false], [0, 'incident', false], [1, 'alarm', false]] as const)(
  'severity %i of an %s makes itself seen: %s', (severity, kind, want) => {
    expect(urgent(row('a', { severity, kind }))).toBe(want);
  });

it('lets the oldest alarm of a storm stand for all', () => {
  const [a, b, c, d] = [row('A-1'), row('A-3', { storm: 'flood' }), row('A-2', { storm: 'flood' }), row('A-4', { storm: 'rain' })];
  const { rows, parts } = folded([a, b, c, d]);
  expect(rows).toEqual([a, c, d]);
  expect([a, b, c, d].map((r) => parts(r).map((p) => p.id))).toEqual([[], ['A-2'], ['A-3'], []]);
});
