import { describe, expect, it } from 'vitest';
import { readFrame, type Live } from './frames';
import { emptyPicture, held, reduce } from './picture';

function live(fid: number, value = 1): Live {
  return {
    fid, id: `s${fid}`, layer: 'sensors', lon: 121.4, lat: 31.2, summary: 'normal', severity: 0, class: 'level', name: `水位 ${fid}`,
    state: { communication: 'online', data: 'fresh', service: 'normal' }, values: { water_level: value },
  };
}
const at = (obs: number, events = 0, epoch = 1) => ({ epoch, obs, events });

function picture() {
  const p = emptyPicture();
  const h = held(p, 'v');
  return { p, h };
}

describe('picture', () => {
  it('takes a snapshot in parts and forgets only at its end what it does not name', () => {
    const { p, h } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(1), upsert: [live(9)], remove: [] });
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
    reduce(p, { type: 'delta', id: 'v', position: at(6), upsert: [live(1, 7)], remove: [] });
    reduce(p, { type: 'snapshot', id: 'v', position: at(5), objects: [], more: false });
    expect(h.objects.get(1)?.values).toEqual({ water_level: 7 });
    expect(p.position).toEqual(at(6));
  });
  it('does nothing twice', () => {
    const { p, h } = picture();
    const f = { type: 'delta', id: 'v', position: at(2), upsert: [live(1)], remove: [4] } as const;
    reduce(p, { ...f, upsert: [...f.upsert], remove: [...f.remove] });
    const t = reduce(p, { ...f, upsert: [...f.upsert], remove: [...f.remove] });
    expect(h.objects.size).toBe(1);
    expect(t.changes).toEqual([{ was: live(1), is: live(1) }]);
  });
  it('drops the position, not the objects, in a new epoch', () => {
    const { p, h } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(90), upsert: [live(1)], remove: [] });
    reduce(p, { type: 'hello', epoch: 1, position: at(95), time: '' });
    expect(p.position).toEqual(at(90));
    reduce(p, { type: 'hello', epoch: 2, position: at(1, 0, 2), time: '' });
    expect(p.position).toBeUndefined();
    expect(h.objects.size).toBe(1);
    reduce(p, { type: 'snapshot', id: 'v', position: at(1, 0, 2), objects: [], more: false });
    expect(p.position).toEqual(at(1, 0, 2));
    expect(h.objects.size).toBe(0);
  });
  it('never goes back and ignores what it did not subscribe to', () => {
    const { p } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(9, 4), upsert: [], remove: [] });
    reduce(p, { type: 'delta', id: 'v', position: at(8, 5), upsert: [], remove: [] });
    expect(p.position).toEqual(at(9, 5));
    expect(reduce(p, { type: 'delta', id: 'gone', position: at(99), upsert: [live(1)], remove: [] }).changes).toEqual([]);
  });
  it('asks for all again after resync', () => {
    const { p } = picture();
    reduce(p, { type: 'delta', id: 'v', position: at(9), upsert: [], remove: [] });
    expect(reduce(p, { type: 'resync' }).resync).toBe(true);
    expect(p.position).toBeUndefined();
  });
});

describe('readFrame', () => {
  it.each(['', 'null', '[]', '{"type":1}', '{"type":"delta"}', '{"type":"delta","position":{"obs":"1","events":0}}'])(
    'refuses %s', (text) => expect(() => readFrame(text)).toThrow());
  it('passes over frames of a newer server', () => {
    expect(readFrame('{"type":"weather"}')).toEqual({ type: 'other', name: 'weather' });
  });
  it('reads null lists as empty', () => {
    expect(readFrame('{"type":"delta","id":"v","position":{"epoch":1,"obs":2,"events":3},"upsert":null}')).toEqual(
      { type: 'delta', id: 'v', position: at(2, 3), upsert: [], remove: [] });
  });
});
