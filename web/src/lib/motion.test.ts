import { describe, expect, it } from 'vitest';
import type { Live } from './frames';
import { distance, offset, type LonLat } from './geo';
import { Motion, type Drawn } from './motion';

const start: LonLat = [121.44, 31.25];

function mover(at: LonLat, heading?: number): Live {
  return {
    fid: 1, id: 'boat-1', layer: 'movers', lon: at[0], lat: at[1], summary: 'normal', severity: 0, class: 'mover.boat', name: '艇', time: undefined,
    values: heading === undefined ? {} : { heading }, state: { communication: 'online', data: 'fresh', service: 'normal' },
  };
}

function drawn(m: Motion, now: number): Drawn {
  const d = m.drawn(now).get(1);
  if (!d) throw new Error('not drawn');
  return d;
}

describe('motion', () => {
  it('walks from fix to fix in the time between them, and stays at the last', () => {
    const m = new Motion();
    const east = offset(start, 90, 20);
    m.take(1, mover(start), 0);
    m.take(1, mover(east), 4000);
    expect(drawn(m, 4000).at).toEqual(start);
    expect(distance(start, drawn(m, 6000).at)).toBeCloseTo(10, 2);
    expect(m.moving(7999)).toBe(true);
    for (const now of [8000, 9000, 1e9]) expect(drawn(m, now).at).toEqual(east);
    expect(m.moving(8000)).toBe(false);
  });
  it('goes on from where it is drawn when a fix comes early', () => {
    const m = new Motion();
    m.take(1, mover(start), 0);
    m.take(1, mover(offset(start, 90, 20)), 4000);
    const half = drawn(m, 6000).at;
    m.take(1, mover(offset(start, 90, 30)), 6000);
    expect(drawn(m, 6000).at).toEqual(half);
  });
  it('is never drawn off the way between what it was and its last fix, whatever comes', () => {
    let seed = 11;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let run = 0; run < 200; run++) {
      const m = new Motion();
      let [now, fix, from] = [0, start, start];
      m.take(1, mover(fix), now);
      for (let step = 0; step < 20; step++) {
        now += random() * 6000;
        from = drawn(m, now).at;
        fix = offset(fix, random() * 360, random() * 40);
        m.take(1, mover(fix), now);
        const way = distance(from, fix);
        let left = way;
        for (let t = 0; t < 12_000; t += 1 + random() * 3000) {
          const { at, track } = drawn(m, now + t);
          const [gone, togo] = [distance(from, at), distance(at, fix)];
          expect(gone + togo).toBeLessThan(way + 0.01);
          expect(togo).toBeLessThanOrEqual(left + 1e-6);
          expect(track.at(-1)).toEqual(at);
          left = togo;
        }
      }
    }
  });
  it('jumps where nothing can go so fast, and leaves no track there', () => {
    const m = new Motion();
    m.take(1, mover(start), 0);
    m.take(1, mover(offset(start, 0, 10)), 1000);
    const far = offset(start, 0, 2000);
    m.take(1, mover(far), 2000);
    expect(drawn(m, 2000)).toMatchObject({ at: far, track: [far] });
  });
  it('heads where it says, else where it goes, and turns the shorter way', () => {
    const m = new Motion();
    m.take(1, mover(start), 0);
    expect(drawn(m, 0).heading).toBeUndefined();
    m.take(1, mover(offset(start, 90, 20)), 4000);
    expect(drawn(m, 8000).heading).toBeCloseTo(90, 0);
    const told = new Motion();
    told.take(1, mover(start, 350), 0);
    told.take(1, mover(offset(start, 0, 20), 10), 4000);
    const headings = [4000, 4500, 5000].map((now) => drawn(told, now).heading);
    expect(headings).toEqual([350, 0, 10]);
  });
  it('ignores a heading that is not told, keeps a bounded track and forgets what left', () => {
    const m = new Motion();
    m.take(1, mover(start, -1), 0);
    expect(drawn(m, 0).heading).toBeUndefined();
    for (let i = 1; i < 500; i++) m.take(1, mover(offset(start, 90, i)), i * 1000);
    expect(drawn(m, 500_000).track.length).toBeLessThanOrEqual(60);
    m.take(1, undefined, 0);
    expect(m.drawn(0).size).toBe(0);
  });
});
