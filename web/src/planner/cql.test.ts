import { expect, test } from 'vitest';
import { narrowed, operators, placeOf, read, write, type Node, type Value } from './cql';
import type { Shape } from './shape';

const shapes: Shape[] = [
  { kind: 'polygon', points: [[121.42, 31.24], [121.43, 31.24], [121.43, 31.25]] },
  { kind: 'line', points: [[121.42, 31.24], [121.425, 31.245], [121.43, 31.24]] },
  { kind: 'point', points: [[121.43, 31.245]] },
  { kind: 'circle', points: [[121.43, 31.245], [121.431, 31.245]] },
];
const compare = (property: string, operator: '=' | '<>' | '<' | 'has' | 'in' | 'null' | 'some', ...values: Value[]): Node => ({ is: 'compare', property, operator, values });

test('a filter says what was built', () => {
  const cases: [Node | undefined, string][] = [
    [undefined, ''],
    [compare('class', '=', 'asset.lamp'), "class = 'asset.lamp'"],
    [compare('name', '=', "O'Hara\\x"), "name = 'O''Hara\\\\x'"],
    [compare('name', 'has', '50%_桥'), "CASEI(name) LIKE CASEI('%50\\\\%\\\\_桥%')"],
    [compare('class', 'in', 'asset.bench', 'asset.bin'), "class IN ('asset.bench', 'asset.bin')"],
    [compare('properties.gate', '=', false), 'properties.gate = FALSE'],
    [compare('properties.钢', 'null'), '"properties.钢" IS NULL'],
    [compare('in', 'some'), '"in" IS NOT NULL'],
    [compare('name', '=', ''), ''],
    [{ is: 'all', of: [compare('height', '<', 3.5), { is: 'any', of: [compare('a', '=', 1), { is: 'not', of: compare('b', '=', 2) }] }] }, 'height < 3.5 AND (a = 1 OR NOT (b = 2))'],
    [{ is: 'all', of: [] }, ''],
    [{ is: 'not', of: { is: 'any', of: [compare('a', '=', ''), compare('b', '=', 2)] } }, 'NOT (b = 2)'],
    [{ is: 'time', property: 'updated', from: '2026-11-01T00:00:00+08:00', to: '' }, "T_INTERSECTS(updated, INTERVAL('2026-11-01T00:00:00+08:00', '..'))"],
    [{ is: 'shape', shape: 0, metres: 0 }, 'S_INTERSECTS(geometry, POLYGON((121.42 31.24, 121.43 31.24, 121.43 31.25, 121.42 31.24)))'],
    [{ is: 'shape', shape: 9, metres: 0 }, ''],
  ];
  for (const [node, text] of cases) expect(write(node, shapes)).toBe(text);
  expect(write({ is: 'shape', shape: 1, metres: 30 }, shapes)).toMatch(/^S_INTERSECTS\(geometry, GEOMETRYCOLLECTION\(POLYGON\(\(.*\)\), POLYGON\(\(.*\)\)\)\)$/);
});

/** Random numbers that are the same in every run. */
const dice = (seed: number) => (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;

const words = ['asset.lamp', "it's", '100%', '_', '\\', "\\'", '桥', 'a b', '(', ' AND ', '"', '..x', 'TRUE'];
const names = ['class', 'name', 'properties.material', 'values.water_level', 'properties.桥', 'and', 'x"y', 'a:b', 'S_INTERSECTS1'];

function grown(random: () => number, deep: number): Node {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const value = (): Value => one<() => Value>([() => one(words), () => Math.round(random() * 2e4 - 1e4) / 100, () => random() < 0.5, () => 1e-7 * random()])();
  const several = (n: number, is: 'all' | 'any'): Node => ({ is, of: Array.from({ length: n }, () => grown(random, deep - 1)) });
  if (deep > 0 && random() < 0.6) return one<() => Node>([() => several(2 + Math.floor(random() * 2), 'all'), () => several(2, 'any'), () => ({ is: 'not', of: grown(random, deep - 1) })])();
  return one<() => Node>([
    () => {
      const operator = one(operators);
      const values = operator === 'null' || operator === 'some' ? [] : operator === 'in' ? [value(), value()] : operator === 'has' ? [one(words)] : [value()];
      return { is: 'compare', property: one(names), operator, values };
    },
    () => ({ is: 'time', property: 'updated', from: random() < 0.3 ? '' : '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00+08:00' }),
    () => ({ is: 'shape', shape: Math.floor(random() * shapes.length), metres: one([0, 30, 250]) }),
    () => ({ is: 'ground', wkt: 'BBOX(121.4, 31.2, 121.5, 31.3)' }),
  ])();
}

test('what was written is read back, however deep and strange', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const node = grown(dice(seed), 3);
    const text = write(node, shapes);
    const back = read(text, node, shapes);
    expect(back && write(back, shapes), `seed ${seed}: ${text}`).toBe(text);
    expect(back, `seed ${seed}: ${text}`).toEqual(node);
  }
});

test('what the builder does not say is left as text', () => {
  for (const text of ['height BETWEEN 1 AND 2', "name LIKE 'x%'", "CASEI(name) LIKE CASEI('a%b')", 'a = 1 AND b = 2 OR c = 3', 'a =', 'a = b', "A_CONTAINS(tags, ('x'))", 'class', '(a = 1', "a = 'x", 'a = 1 )', 'S_INTERSECTS(geometry, POLYGON((1 2']) {
    expect(read(text, undefined, shapes), text).toBeUndefined();
  }
});

test('one click more narrows, a second of the same takes its place', () => {
  const lamp = compare('class', '=', 'asset.lamp');
  const left = compare('bank', '=', 'left');
  expect(write(narrowed(undefined, lamp), [])).toBe("class = 'asset.lamp'");
  expect(write(narrowed(narrowed(lamp, left), compare('class', '=', 'asset.bin')), [])).toBe("bank = 'left' AND class = 'asset.bin'");
  const stretch = (from: number): Node => ({ is: 'all', of: [{ is: 'compare', property: 'chainage', operator: '>=', values: [from] }, { is: 'compare', property: 'chainage', operator: '<', values: [from + 500] }] });
  expect(write(narrowed(narrowed(left, stretch(0)), stretch(500)), [])).toBe("bank = 'left' AND chainage >= 500 AND chainage < 1000");
  expect(write(narrowed({ is: 'any', of: [lamp, left] }, compare('severity', '=', 1)), [])).toBe("(class = 'asset.lamp' OR bank = 'left') AND severity = 1");
});

test('an error of the server says where it is', () => {
  expect(placeOf('invalid: filter: at byte 7: x, want y', 'class = 3')).toEqual([7, 9]);
  expect(placeOf('at byte 12: …', "桥 = '桥' AN")).toEqual([8, 10]); // a character of these has three bytes
  expect(placeOf('at byte 5: the end', 'class')).toEqual([5, 5]);
  expect(placeOf('filter: property "foo": want one of id', 'a = 1 AND foo = 2')).toEqual([10, 13]);
  expect(placeOf('too much', 'a = 1')).toBeUndefined();
});
