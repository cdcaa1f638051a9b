import { readFileSync } from 'node:fs';
import { PbfReader } from 'pbf';
import { describe, expect, it } from 'vitest';
import type { Frame, Live } from './frames';
import { emptyPicture, held, reduce } from './picture';
import { read, write } from './wire';

/** Frames as the server writes them in both protocols; its tests keep the file. */
const kept = JSON.parse(readFileSync(new URL('../../../stream/testdata/frames.json', import.meta.url), 'utf8')) as { json: Said; pb: string }[];

type Said = { type: string; [key: string]: unknown };
type SaidObject = Omit<Live, 'time'> & { time?: string };

function bytes(base64: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(base64, 'base64')).buffer;
}

const whole = (objects: unknown): Live[] =>
  (objects as SaidObject[]).map(({ time, ...o }) => ({ ...o, time: time === undefined ? undefined : Date.parse(time) }));

/** A frame of suhe.v1.json. It does not tell entered from changed: every object is whole. */
function plain({ type, ...f }: Said): Frame {
  const timed = (x: object, key: string): object => ({ ...x, [key]: Date.parse((x as Record<string, string>)[key] ?? '') });
  switch (type) {
    case 'hello':
    case 'time': {
      const { epoch: _, ...rest } = f;
      return { type, ...timed(rest, 'time') } as Frame;
    }
    case 'snapshot':
      return { type, ...f, objects: whole(f.objects) } as Frame;
    case 'delta':
      return { type, id: f.id, position: f.position, entered: whole(f.upsert), changed: [], remove: f.remove } as Frame;
    case 'clusters':
      return { type, id: f.id, layer: f.layer, cells: f.cells } as Frame;
    case 'tiles': {
      const { position: _, ...rest } = f;
      return { type, ...rest } as Frame;
    }
    case 'event': {
      const { case: step, ...event } = f.event as { case?: object };
      return { type, event: timed({ layer: '', ...event, case: step && { light: 0, area: '', storm: '', ...step } }, 'time') } as Frame;
    }
    case 'bye': {
      const { name: _, ...rest } = f;
      return { type, ...rest } as Frame;
    }
    case 'presence':
      return { type, gone: f.gone, here: (f.here as object[]).map((s) => timed({ selected: 0, camera: undefined, ...s }, 'since')) } as Frame;
    default:
      return { type, ...f } as Frame;
  }
}

describe('suhe.v1.pb', () => {
  it('has every kind of frame among those kept', () => {
    expect([...new Set(kept.map((k) => k.json.type))].sort()).toEqual(
      ['bye', 'clusters', 'delta', 'error', 'event', 'hello', 'presence', 'resync', 'slow', 'snapshot', 'tiles', 'time']);
  });

  it.each(kept.filter((k) => k.json.type !== 'delta').map((k, i) => [`${k.json.type} ${i}`, k] as const))('says what the JSON says: %s', (_, k) => {
    expect(read(bytes(k.pb))).toEqual(plain(k.json));
  });

  it('makes the same picture as the JSON, frame by frame', () => {
    const [ours, theirs] = [emptyPicture(), emptyPicture()];
    for (const p of [ours, theirs]) held(p, 'screen');
    for (const k of kept) {
      const frame = read(bytes(k.pb));
      const touched = reduce(ours, frame);
      expect(touched).toEqual(reduce(theirs, plain(k.json)));
      expect(ours).toEqual(theirs);
      if (frame.type === 'delta' && touched.changes.length > 3) {
        expect(frame.changed.every((c) => c.id === undefined && Object.keys(c.values ?? {}).length > 0)).toBe(true);
      }
    }
  });

  it('takes bytes that are no frame for an error or for nothing, whatever they are', () => {
    const longest = kept.map((k) => new Uint8Array(bytes(k.pb))).sort((a, b) => b.length - a.length)[0]!;
    let seed = 7;
    const random = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    for (let i = 0; i < 3000; i++) {
      const hostile = longest.slice(0, i % 3 === 0 ? random(longest.length) : longest.length);
      for (let n = random(4); n >= 0; n--) hostile[random(hostile.length || 1)] = random(256);
      try {
        expect(read(hostile.buffer)).toHaveProperty('type');
      } catch (e) {
        expect(e).toBeInstanceOf(Error);
      }
    }
    expect(read(new ArrayBuffer(0))).toEqual({ type: 'other' });
    expect(read(new Uint8Array([0xfa, 0x07, 0x01, 0x00]).buffer)).toEqual({ type: 'other' });
  });

  it('refuses columns of different lengths', () => {
    // A snapshot of two fids and one latitude.
    expect(() => read(new Uint8Array([0x1a, 9, 0x1a, 7, 0x0a, 2, 1, 1, 0x42, 1, 2]).buffer)).toThrow('1 entries for 2');
  });
});

describe('requests', () => {
  const view = { layers: ['sensors'], tiles: [], bbox: [121, 31, 122, 32] as [number, number, number, number], zooms: [0, 0] as [number, number] };
  const fields = (b: Uint8Array): number[] => {
    const outer = new PbfReader(b);
    const out: number[] = [outer.nextField()];
    const end = outer.readVarint() + outer.pos;
    for (let f = outer.nextField(end); f; f = outer.nextField(end)) out.push(f);
    return out;
  };
  it('tell held fids in order, by steps', () => {
    const b = write({ type: 'subscribe', id: 'v', ...view, zoom: 14, position: { epoch: 1, obs: 2, events: 3 }, held: [9, 2, 300] });
    expect(fields(b)).toEqual([2, 1, 2, 3, 4, 5, 8, 13, 14]);
    expect([...b.slice(-6)]).toEqual([0x72, 4, 2, 7, 0xa3, 2]);
  });
  it('tell a zoom of 0, and lists that are empty', () => {
    expect(fields(write({ type: 'update', id: 'v', ...view, zoom: 0 }))).toEqual([3, 1, 2, 3, 4, 5, 8]);
  });
  it('show and follow', () => {
    expect(fields(write({ type: 'present', name: '大屏', camera: { lon: 1, lat: 2, zoom: 3, bearing: 0, pitch: 5 }, selected: 4 }))).toEqual([5, 1, 2, 3]);
    expect([...write({ type: 'follow', session: '*' })]).toEqual([0x32, 3, 0x0a, 1, 0x2a]);
    expect([...write({ type: 'follow', session: '' })]).toEqual([0x32, 0]);
  });
});
