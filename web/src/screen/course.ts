/** The creek as a line: its middle, measured as the server measures it (里程, chainage in metres). */
import { Bankway } from '../lib/bankway';
import { bearing, distance, type LonLat } from '../lib/geo';

/** A place whose chainage the server has told. */
export interface Mark { at: LonLat; chainage: number }

/** Vertices of the middle are so far apart, in metres. */
const step = 25;

/** Over so many vertices the middle is smoothed: what flies along it does not wag. */
const wide = 1;

/** A place that is farther from the middle tells nothing of its chainage, in metres. */
const near = 30;

export class Course {
  private readonly way: Bankway;
  private readonly along: number[] = []; // metres along the middle, at each vertex
  private readonly known: [number, number][]; // metres along the middle and chainage, ascending in both

  /** The middle from upstream to downstream, and the range of chainage that it has. */
  constructor(readonly middle: LonLat[], readonly range: [number, number], marks: Mark[]) {
    let sum = 0;
    middle.forEach((p, i) => this.along.push((sum += i > 0 ? distance(middle[i - 1]!, p) : 0)));
    this.way = new Bankway({ paths: [middle], bridges: [] });
    const inner = marks.flatMap(({ at, chainage }): [number, number][] => {
      const foot = this.way.foot(at);
      return foot && foot.off < near ? [[foot.along, chainage]] : [];
    }).sort((a, b) => a[0] - b[0]);
    this.known = [[0, range[0]]];
    for (const [a, c] of [...inner, [sum, range[1]] as [number, number]]) {
      const last = this.known.at(-1)!;
      if (a > last[0] && c > last[1]) this.known.push([a, c]);
    }
  }

  /** The place at a chainage, and which way is downstream there; beyond the ends the end. */
  at(chainage: number): { at: LonLat; azimuth: number } {
    const a = between(this.known, chainage, 1, 0);
    const i = Math.max(1, this.along.findIndex((s) => s >= a));
    const [p, q] = [this.middle[i - 1]!, this.middle[i]!];
    const length = this.along[i]! - this.along[i - 1]!;
    const t = length > 0 ? Math.min(1, Math.max(0, (a - this.along[i - 1]!) / length)) : 0;
    return { at: [p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t], azimuth: bearing(p, q) };
  }

  /** The chainage of the nearest place of the middle, and how far off it is, in metres. */
  foot(at: LonLat): { chainage: number; off: number; bank: 'left' | 'right' } {
    const foot = this.way.foot(at);
    if (!foot) return { chainage: this.range[0], off: Infinity, bank: 'left' };
    const chainage = between(this.known, foot.along, 0, 1);
    // Who looks downstream has the left bank on the left.
    const turn = ((bearing(foot.at, at) - this.at(chainage).azimuth) % 360 + 360) % 360;
    return { chainage, off: foot.off, bank: turn > 180 ? 'left' : 'right' };
  }
}

/** The middle between two banks that run the same way. */
export function middleOf(left: LonLat[], right: LonLat[]): LonLat[] {
  const other = new Bankway({ paths: [right], bridges: [] });
  const raw: LonLat[] = [];
  let last: LonLat | undefined;
  for (const p of left) {
    if (last && distance(last, p) < step && p !== left.at(-1)) continue;
    last = p;
    const foot = other.foot(p);
    if (foot) raw.push([(p[0] + foot.at[0]) / 2, (p[1] + foot.at[1]) / 2]);
  }
  return raw.map((_, i) => {
    const n = Math.min(wide, i, raw.length - 1 - i);
    const part = raw.slice(i - n, i + n + 1);
    return [part.reduce((s, p) => s + p[0], 0) / part.length, part.reduce((s, p) => s + p[1], 0) / part.length];
  });
}

/** A value of pairs that ascend, by the other one; linear between, and held at the ends. */
export function between(pairs: readonly (readonly [number, number])[], x: number, by: 0 | 1, of: 0 | 1): number {
  const after = pairs.findIndex((p) => p[by] >= x);
  if (after < 0) return pairs.at(-1)?.[of] ?? NaN;
  if (after === 0) return pairs[0]![of];
  const [p, q] = [pairs[after - 1]!, pairs[after]!];
  return p[of] + ((x - p[by]) / (q[by] - p[by])) * (q[of] - p[of]);
}
