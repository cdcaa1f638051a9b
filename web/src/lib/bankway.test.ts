import { expect, it } from 'vitest';
import { Bankway, middle } from './bankway';
import { distance, offset, type LonLat } from './geo';

const start: LonLat = [121.43, 31.25];
const at = (east: number, north: number): LonLat => offset(offset(start, 90, east), 0, north);
/** Two banks of 2 km from west to east, 60 m apart, with a vertex every 50 m, and a bridge at 1500 m. */
const bank = (north: number): LonLat[] => Array.from({ length: 41 }, (_, i) => at(i * 50, north));
const creek = new Bankway({ paths: [bank(60), bank(0)], bridges: [{ name: '西康路桥', at: at(1500, 30) }] });

const near = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThan(2);

it('finds the foot on a path', () => {
  const foot = creek.foot(at(325, -20));
  expect(foot?.path).toBe(1);
  near(foot!.along, 325);
  near(foot!.off, 20);
  near(creek.foot(at(325, -20), 0)!.off, 80);
});

it('walks straight on the same side', () => {
  const way = creek.way(at(100, -5), at(700, -5));
  near(way.metres, 610);
  expect(Math.abs(way.first - 90)).toBeLessThan(7); // it is 5 m to the path
  expect(way.bridges).toEqual([]);
});

it('walks the other way round as well', () => {
  const way = creek.way(at(700, -5), at(100, -5));
  near(way.metres, 610);
  expect(Math.abs(way.first - 270)).toBeLessThan(7);
  expect(distance(way.line.at(-1)!, at(100, -5))).toBeLessThan(1e-6);
});

it('changes banks by the bridge, far as it may be', () => {
  const way = creek.way(at(100, -10), at(100, 70));
  near(way.metres, 10 + 1400 + 60 + 1400 + 10);
  expect(way.bridges).toEqual(['西康路桥']);
});

it('never goes through the water when there is a bridge', () => {
  let seed = 5;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 300; i++) {
    const [from, to] = [at(random() * 2000, random() < 0.5 ? -random() * 200 : 60 + random() * 200), at(random() * 2000, random() < 0.5 ? -random() * 200 : 60 + random() * 200)];
    const way = creek.way(from, to);
    const side = (p: LonLat): boolean => p[1] > at(0, 30)[1];
    expect(way.bridges.length).toBe(side(from) === side(to) ? 0 : 1);
    expect(way.metres).toBeGreaterThanOrEqual(distance(from, to) - 0.5);
    expect(way.metres).toBeLessThan(5000);
    const length = way.line.reduce((s, p, n) => s + (n > 0 ? distance(way.line[n - 1]!, p) : 0), 0);
    near(length, way.metres);
  }
});

it('goes straight within a bend, where the bank would be a detour, and where there is no bank', () => {
  // A bend like a horseshoe, open to the south; both ends are on its inside.
  const bend = new Bankway({ paths: [[at(0, 0), at(0, 1000), at(300, 1000), at(300, 0)]], bridges: [] });
  near(bend.way(at(20, 50), at(280, 50)).metres, 260);
  near(bend.way(at(-20, 50), at(320, 50)).metres, 20 + 950 + 300 + 950 + 20); // water lies between
  near(new Bankway({ paths: [], bridges: [] }).way(at(0, 0), at(300, 400)).metres, 500);
  near(creek.way(at(0, 4000), at(300, 4400)).metres, 500);
});

it('finds the middle of what a bridge is', () => {
  expect(middle({ type: 'Polygon', coordinates: [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]] })).toEqual([1, 1]);
  expect(middle({ type: 'LineString', coordinates: [[0, 0], [2, 4]] })).toEqual([1, 2]);
});
