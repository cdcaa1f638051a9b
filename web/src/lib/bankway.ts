/** The way along the creek: on foot one keeps to the path of a bank, and changes banks by bridges. */
import { bearing, distance, type LonLat } from './geo';

export interface Bridge { name: string; at: LonLat }

/** The paths of the banks, and the bridges that one may walk over. */
export interface Banks { paths: LonLat[][]; bridges: Bridge[] }

export interface Way {
  metres: number; // to walk
  line: LonLat[]; // from where one is to where one goes
  bridges: string[]; // in the order in which they are crossed
  first: number; // azimuth in which one sets out, degrees
}

/** Where a path is nearest to a place: how far along it, and how far off, in metres. */
export interface Foot { path: number; along: number; off: number; at: LonLat }

/** A start that is nearer than this is on its way already, in metres. */
const underway = 15;

/** Who is farther from every path than this walks there as he likes, in metres. */
const reach = 1500;

/** A way by its stretches of paths: where each begins and ends. */
interface Plan { stretches: [Foot, Foot][]; bridges: string[]; metres: number }

/** So much longer than straight on a way along the bank may be, where there is a choice. */
const detour = 1.6;

export class Bankway {
  private readonly along: number[][]; // of each path the metres from its start, at each vertex
  private readonly ends: { name: string; feet: (Foot | undefined)[] }[]; // of each bridge where it meets each path

  constructor(private readonly banks: Banks) {
    this.along = banks.paths.map((path) => {
      let sum = 0;
      return path.map((p, i) => (sum += i > 0 ? distance(path[i - 1]!, p) : 0));
    });
    this.ends = banks.bridges.map(({ name, at }) => ({ name, feet: banks.paths.map((_, n) => this.foot(at, n)) }));
  }

  /** The nearest point of a path; of all paths without one. */
  foot(at: LonLat, path?: number): Foot | undefined {
    let best: { n: number; i: number; p: LonLat; t: number; d: number } | undefined;
    const k = Math.cos((at[1] * Math.PI) / 180);
    for (const [n, line] of this.banks.paths.entries()) {
      if (path !== undefined && n !== path) continue;
      for (let i = 0; i + 1 < line.length; i++) {
        const { p, t } = nearest(at, line[i]!, line[i + 1]!, k);
        const d = ((p[0] - at[0]) * k) ** 2 + (p[1] - at[1]) ** 2;
        if (!best || d < best.d) best = { n, i, p, t, d };
      }
    }
    if (!best) return undefined;
    const along = this.along[best.n]!;
    return { path: best.n, along: along[best.i]! + best.t * (along[best.i + 1]! - along[best.i]!), off: distance(at, best.p), at: best.p };
  }

  /**
   * The shortest way: straight to the path, along it, and straight from it. Straight all
   * the way where no path is near, and where no water lies between and the bank would be a
   * detour: within a bend there are streets.
   */
  way(from: LonLat, to: LonLat): Way {
    const straight: Way = { metres: distance(from, to), line: [from, to], bridges: [], first: bearing(from, to) };
    const [starts, ends] = [from, to].map((p) => this.feet(p)) as [Foot[], Foot[]];
    const plans = starts.flatMap((a) => ends.flatMap((b) => (a.path === b.path ? [plan([[a, b]], [])] : this.over(a, b))));
    const best = plans.reduce<Plan | undefined>((x, y) => (x && x.metres <= y.metres ? x : y), undefined);
    if (!best || (best.metres > detour * straight.metres && !this.crosses(from, to))) return straight;
    return this.walked(from, to, best);
  }

  /** Where one can come to each path without crossing another, behind which the water lies. */
  private feet(p: LonLat): Foot[] {
    return this.banks.paths.flatMap((_, n) => {
      const foot = this.foot(p, n);
      return foot && foot.off <= reach && !this.crosses(p, foot.at, n) ? [foot] : [];
    });
  }

  /** Whether a straight line meets a path, but for one. */
  private crosses(a: LonLat, b: LonLat, but?: number): boolean {
    const side = (p: LonLat, q: LonLat, r: LonLat): number => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
    return this.banks.paths.some((line, n) => n !== but && line.some((q, i) => {
      const p = line[i - 1];
      return p !== undefined && side(a, b, p) !== side(a, b, q) && side(p, q, a) !== side(p, q, b);
    }));
  }

  /** By each bridge that joins both paths. */
  private over(a: Foot, b: Foot): Plan[] {
    return this.ends.flatMap(({ name, feet }) => {
      const [on, off] = [feet[a.path], feet[b.path]];
      return on && off ? [plan([[a, on], [off, b]], [name])] : [];
    });
  }

  private walked(from: LonLat, to: LonLat, { stretches, bridges, metres }: Plan): Way {
    const line: LonLat[] = [from, ...stretches.flatMap(([a, b]) => this.cut(a, b)), to];
    return { metres, line, bridges, first: bearing(from, line.find((p) => distance(from, p) > underway) ?? to) };
  }

  /** The part of a path between two of its points, in the direction in which it is walked. */
  private cut(a: Foot, b: Foot): LonLat[] {
    const [line, along] = [this.banks.paths[a.path]!, this.along[a.path]!];
    const [low, high] = a.along <= b.along ? [a, b] : [b, a];
    const part = [low.at, ...line.filter((_, i) => along[i]! > low.along && along[i]! < high.along), high.at];
    return low === a ? part : part.reverse();
  }
}

/** How far it is by stretches: to the first, along each, from one to the next, and from the last. */
function plan(stretches: [Foot, Foot][], bridges: string[]): Plan {
  let metres = stretches[0]![0].off + stretches.at(-1)![1].off;
  stretches.forEach(([a, b], i) => {
    metres += Math.abs(a.along - b.along) + (i > 0 ? distance(stretches[i - 1]![1].at, a.at) : 0);
  });
  return { stretches, bridges, metres };
}

/** The nearest point of a stretch, on the local tangent plane, where a degree of longitude is k of one of latitude; t is its share of the stretch. */
function nearest(at: LonLat, a: LonLat, b: LonLat, k: number): { p: LonLat; t: number } {
  const [dx, dy] = [(b[0] - a[0]) * k, b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((at[0] - a[0]) * k * dx + (at[1] - a[1]) * dy) / length));
  return { p: [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])], t };
}

/** The middle of a geometry's vertices. */
export function middle(g: GeoJSON.Geometry): LonLat | undefined {
  const all: LonLat[] = [];
  const add = (c: unknown): void => {
    const [lon, lat] = c as unknown[];
    if (typeof lon === 'number' && typeof lat === 'number') all.push([lon, lat]);
    else (c as unknown[]).forEach(add);
  };
  if (g.type === 'GeometryCollection') return undefined;
  add(g.coordinates);
  if (g.type === 'Polygon') all.pop(); // the first once more
  return all.length === 0 ? undefined : [all.reduce((s, p) => s + p[0], 0) / all.length, all.reduce((s, p) => s + p[1], 0) / all.length];
}
