import { expect, test } from 'vitest';
import type { Node } from './cql';
import { area, metres } from '../lib/measure';
import { geometryOf, handles, measure, moved, nearby, packed, unpacked, whole, without, type Shape } from './shape';
import { addressOf, blank, classesLeft, filterOf, shapeGone, stateOf, type State } from './state';

/** Random numbers that are the same in every run. */
const dice = (seed: number) => (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;

function anyState(random: () => number): State {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const some = (of: string[]): string[] => of.filter(() => random() < 0.5);
  const place = (): [number, number] => [Math.round((121.34 + random() * 0.1) * 1e6) / 1e6, Math.round((31.2 + random() * 0.06) * 1e6) / 1e6];
  const counts = { point: 1, line: 4, polygon: 5, rectangle: 2, circle: 2 } as const;
  const shape = (): Shape => { const kind = one(['point', 'line', 'polygon', 'rectangle', 'circle'] as const); return { kind, points: Array.from({ length: counts[kind] }, place) }; };
  const node = (deep: number): Node => {
    if (deep > 0 && random() < 0.5) return one<() => Node>([() => ({ is: 'all', of: [node(deep - 1), node(deep - 1)] }), () => ({ is: 'any', of: [node(deep - 1)] }), () => ({ is: 'not', of: node(deep - 1) })])();
    return one<() => Node>([
      () => ({ is: 'compare', property: one(['name', '桥&x', 'properties.a']), operator: one(['=', '<>', 'has', '>=']), values: [one(["桥'&=#%", 3.25, true, ''])] }),
      () => ({ is: 'compare', property: 'owner', operator: 'null', values: [] }),
      () => ({ is: 'time', property: 'updated', from: '2026-11-01T00:00:00+08:00', to: '' }),
      () => ({ is: 'shape', shape: 1, metres: 50 }),
      () => ({ is: 'ground', wkt: 'POINT(1 2)' }),
    ])();
  };
  const raw = random() < 0.3;
  return {
    layer: one(['assets', 'cameras']), hidden: some(['water', 'areas']), without: some(['assets:asset.tree', 'cameras:camera.dome']), opacity: random() < 0.5 ? { banks: 0.5 } : {},
    order: some(['water', 'banks']), shapes: Array.from({ length: Math.floor(random() * 4) }, shape), ground: one(['', 'view', '1']), columns: some(['id', 'properties.x']),
    sort: one(['', '-name']), by: one(['class', 'area']), question: one(['', 'gaps']), given: random() < 0.5 ? { distance: '50', class: 'a:b,c' } : {},
    ...(raw ? { raw: "name LIKE '桥%' & # +" } : { node: random() < 0.8 ? node(3) : undefined }),
  };
}

test('an address restores everything', () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const state = anyState(dice(seed));
    const back = stateOf(new URLSearchParams(addressOf(state).toString()));
    expect(back, `seed ${seed}`).toEqual('raw' in state ? state : { ...state, node: state.node });
  }
});

test('an address that nobody wrote is as usual', () => {
  expect(addressOf(blank).toString()).toBe('');
  for (const q of ['', 'filter=x', 'filter=[]', 'filter=["s","1",2]', 'filter={}', 'opacity=banks:7&opacity=x', 'shapes=zz_p1_l1.1_g1.1.1.1', 'given=x', `filter=${'['.repeat(40)}`]) {
    expect(stateOf(new URLSearchParams(q)), q).toEqual({ ...blank, node: undefined });
  }
});

test('shapes are packed to a decimetre, and little', () => {
  const line: Shape = { kind: 'line', points: Array.from({ length: 20 }, (_, i) => [121.4 + i * 0.0012345, 31.2 - i * 0.0006789]) };
  const text = packed([line, { kind: 'circle', points: [[121.43, 31.25], [121.431, 31.25]] }]);
  expect(text.length).toBeLessThan(220);
  expect(encodeURIComponent(text)).toBe(text);
  const [back] = unpacked(text);
  back!.points.forEach((p, i) => expect(metres(p, line.points[i]!)).toBeLessThan(0.1));
  expect(unpacked('')).toEqual([]);
});

test('a shape is on the ground what it is on the map', () => {
  const here: [number, number] = [121.43, 31.25];
  const rectangle: Shape = { kind: 'rectangle', points: [here, [121.44, 31.26]] };
  expect(geometryOf(rectangle)).toEqual({ type: 'Polygon', coordinates: [[here, [121.44, 31.25], [121.44, 31.26], [121.43, 31.26], here]] });
  const circle: Shape = { kind: 'circle', points: [here, [121.431, 31.25]] };
  const { radius, area: inside } = measure(circle);
  expect(radius).toBeCloseTo(metres(here, [121.431, 31.25]), 6);
  expect(inside! / (Math.PI * radius! ** 2)).toBeCloseTo(1, 3);
  expect(measure({ kind: 'point', points: [here] })).toEqual({});
  const near = nearby({ kind: 'point', points: [here] }, 100) as GeoJSON.Polygon;
  expect(area(near.coordinates[0] as [number, number][]) / (Math.PI * 1e4)).toBeCloseTo(1, 2);
  expect((nearby(rectangle, 30) as GeoJSON.GeometryCollection).geometries).toHaveLength(5);
  expect(whole({ kind: 'polygon', points: [here, here, here] })).toBe(false);
});

test('a point is moved, put in between and taken away', () => {
  const line: Shape = { kind: 'line', points: [[0, 0], [2, 0]] };
  expect(handles(line)).toEqual([{ at: [0, 0], point: 0, between: false }, { at: [2, 0], point: 1, between: false }, { at: [1, 0], point: 1, between: true }]);
  const bent = moved(line, 1, true, [1, 1]);
  expect(bent.points).toEqual([[0, 0], [1, 1], [2, 0]]);
  expect(moved(bent, 1, false, [1, 2]).points).toEqual([[0, 0], [1, 2], [2, 0]]);
  expect(without(bent, 1)).toEqual(line);
  expect(without(line, 1)).toBeUndefined();
});

test('a layer is asked for what it shows', () => {
  const state: State = { ...blank, node: { is: 'any', of: [{ is: 'compare', property: 'bank', operator: '=', values: ['left'] }, { is: 'compare', property: 'severity', operator: '>', values: [0] }] }, without: ['assets:asset.tree', 'cameras:camera.dome'] };
  expect(filterOf(state, 'assets')).toBe("(bank = 'left' OR severity > 0) AND class NOT IN ('asset.tree')");
  expect(filterOf(state, 'cameras')).toBe("class NOT IN ('camera.dome')");
  expect(filterOf(state, 'water')).toBe('');
  expect(filterOf({ ...state, raw: 'a = 1', without: [] }, 'assets')).toBe('a = 1');
  expect(classesLeft(state, 'assets')).toEqual(['asset.tree']);
});

test('what was about a shape goes with it', () => {
  const point = (x: number): Shape => ({ kind: 'point', points: [[x, 31]] });
  const state: State = { ...blank, shapes: [point(1), point(2), point(3)], ground: '1', node: { is: 'all', of: [{ is: 'shape', shape: 0, metres: 5 }, { is: 'not', of: { is: 'shape', shape: 1, metres: 5 } }, { is: 'shape', shape: 2, metres: 5 }] } };
  expect(shapeGone(state, 1)).toEqual({ shapes: [point(1), point(3)], ground: '', node: { is: 'all', of: [{ is: 'shape', shape: 0, metres: 5 }, { is: 'shape', shape: 1, metres: 5 }] } });
  expect(shapeGone({ ...state, node: undefined }, 0)).toEqual({ shapes: [point(2), point(3)], ground: '0' });
});
