import { describe, expect, it } from 'vitest';
import type { Frame, Live, Position } from './frames';
import { emptyPicture, held, reaches, reduce } from './picture';

function live(fid: number, value = 1): Live {
  return {
    fid, id: `s${fid}`, layer: 'sensors', lon: 121.4, lat: 31.2, summary: 'normal', severity: 0, class: 'level', name: `水位 ${fid}`,
    state: { communication: 'online', data: 'fresh', service: 'normal' }, values: { water_level: value }, time: undefined,
  };
}
const at = (obs: number, events = 0, epoch = 1) => ({ epoch, obs, events });
const hello = (position: Position): Frame => ({ type: 'hello', position, time: 0, heartbeat: 15, session: 's' });

function picture() {
  const p = emptyPicture();
  const h = held(p, 'v');
  return { p, h };
}

describe('picture', () => {
  it('takes a snapshot in parts and forgets only at its end what it does not name', () => {
    const { p, h } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(1), entered: [live(9)], changed: [], remove: [] });
    reduce(p, { type: 'snapshot', id: 'v', position: at(5), objects: [live(1)], more: true });
    expect([...h.objects.keys()].sort()).toEqual([1, 9]);
    expect(p.position).toEqual(at(1)); // half a snapshot is no position to resume from
    const t = reduce(p, { type: 'snapshot', id: 'v', position: at(5), objects: [live(2)], more: false });
    expect([...h.objects.keys()].sort()).toEqual([1, 2]);
    expect(t.changes.map((c) => c.was?.fid ?? `+${c.is?.fid}`)).toEqual(['+2', 9]);
    expect(p.position).toEqual(at(5));
  });
  it('keeps a delta that arrives between the parts', () => {
    const { p, h } = picture();
    reduce(p, { type: 'snapshot', id: 'v', position: at(5), objects: [live(1)], more: true });
    reduce(p, { type: 'delta', id: 'v', position: at(6), entered: [live(1, 7)], changed: [], remove: [] });
    reduce(p, { type: 'snapshot', id: 'v', position: at(5), objects: [], more: false });
    expect(h.objects.get(1)?.values).toEqual({ water_level: 7 });
    expect(p.position).toEqual(at(6));
  });
  it('does nothing twice', () => {
    const { p, h } = picture();
    const f = { type: 'delta', id: 'v', position: at(2), entered: [live(1)], changed: [], remove: [4] } as const;
    reduce(p, { ...f, entered: [...f.entered], changed: [], remove: [...f.remove] });
    const t = reduce(p, { ...f, entered: [...f.entered], changed: [], remove: [...f.remove] });
    expect(h.objects.size).toBe(1);
    expect(t.changes).toEqual([{ was: live(1), is: live(1) }]);
  });
  it('drops the position, not the objects, in a new epoch', () => {
    const { p, h } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(90), entered: [live(1)], changed: [], remove: [] });
    reduce(p, hello(at(95)));
    expect(p.position).toEqual(at(90));
    reduce(p, hello(at(1, 0, 2)));
    expect(p.position).toBeUndefined();
    expect(h.objects.size).toBe(1);
    reduce(p, { type: 'snapshot', id: 'v', position: at(1, 0, 2), objects: [], more: false });
    expect(p.position).toEqual(at(1, 0, 2));
    expect(h.objects.size).toBe(0);
  });
  it('never goes back and ignores what it did not subscribe to', () => {
    const { p } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(9, 4), entered: [], changed: [], remove: [] });
    reduce(p, { type: 'delta', id: 'v', position: at(8, 5), entered: [], changed: [], remove: [] });
    expect(p.position).toEqual(at(9, 5));
    expect(reduce(p, { type: 'delta', id: 'gone', position: at(99), entered: [live(1)], changed: [], remove: [] }).changes).toEqual([]);
  });
  it('asks for all again after resync', () => {
    const { p } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(9), entered: [], changed: [], remove: [] });
    expect(reduce(p, { type: 'resync', id: 'v', reason: '' }).resync).toBe(true);
    expect(p.position).toBeUndefined();
  });
  it('merges what changed into what it holds, and refuses to change what it does not hold', () => {
    const { p, h } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(1), entered: [live(1)], changed: [], remove: [] });
    const t = reduce(p, { type: 'delta', id: 'v', position: at(2), entered: [], changed: [{ fid: 1, severity: 2, values: { flow: 3 } }], remove: [] });
    expect(h.objects.get(1)).toEqual({ ...live(1), severity: 2, values: { flow: 3 } });
    expect(t.changes[0]?.was).toEqual(live(1));
    expect(() => reduce(p, { type: 'delta', id: 'v', position: at(3), entered: [], changed: [{ fid: 2 }], remove: [] })).toThrow('2 changed');
  });
  it('forgets counts and half a snapshot when a session begins', () => {
    const { p, h } = picture();
    reduce(p, { type: 'snapshot', id: 'v', position: at(5), objects: [live(1)], more: true });
    reduce(p, { type: 'clusters', id: 'v', layer: 'sensors', cells: [{ cell: 1, lon: 0, lat: 0, count: 3, severity: 0, state: '' }] });
    expect(h.clusters.get('sensors')).toHaveLength(1);
    reduce(p, hello(at(6)));
    expect(h.clusters.size).toBe(0);
    reduce(p, { type: 'snapshot', id: 'v', position: at(6), objects: [live(2)], more: false });
    expect([...h.objects.keys()]).toEqual([2]);
  });
  it('drops the counts of a layer whose objects follow', () => {
    const { p, h } = picture();
    reduce(p, { type: 'clusters', id: 'v', layer: 'sensors', cells: [{ cell: 1, lon: 0, lat: 0, count: 3, severity: 0, state: '' }] });
    reduce(p, { type: 'clusters', id: 'v', layer: 'sensors', cells: [] });
    expect(h.clusters.size).toBe(0);
  });
  it('knows what it has caught up with', () => {
    const { p } = picture();
    expect(reaches(p, at(0))).toBe(false);
    reduce(p, { type: 'delta', id: 'v', position: at(9, 4), entered: [], changed: [], remove: [] });
    expect([at(9, 4), at(1), at(10, 4), at(9, 5), at(1, 1, 2)].map((x) => reaches(p, x))).toEqual([true, true, false, false, false]);
  });
});
