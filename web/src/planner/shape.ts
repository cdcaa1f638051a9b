/** What somebody draws on the map: pure, degrees WGS84. */
import { area, capsule, circle, length, metres } from '../lib/measure';
import type { LonLat } from '../lib/geo';

export const shapeKinds = ['point', 'line', 'polygon', 'rectangle', 'circle'] as const;
export type ShapeKind = (typeof shapeKinds)[number];

/** A rectangle is two opposite corners, a circle its middle and a point of its edge. */
export interface Shape { kind: ShapeKind; points: LonLat[] }

/** How many points a shape has at least, and at most. */
const bounds: Record<ShapeKind, [number, number]> = { point: [1, 1], line: [2, 100], polygon: [3, 100], rectangle: [2, 2], circle: [2, 2] };

export const least = (kind: ShapeKind): number => bounds[kind][0];
export const most = (kind: ShapeKind): number => bounds[kind][1];

/** Whether it is something that can be asked about. */
export function whole(s: Shape): boolean {
  const apart = new Set(s.points.map(String)).size;
  return s.points.length >= least(s.kind) && s.points.length <= most(s.kind) && apart >= least(s.kind);
}

/** The ring of what has an inside, not closed. */
function ringOf({ kind, points }: Shape): LonLat[] {
  const [a, b] = points as [LonLat, LonLat];
  if (kind === 'rectangle') return [a, [b[0], a[1]], b, [a[0], b[1]]];
  if (kind === 'circle') return circle(a, metres(a, b));
  return points;
}

/** A place as it is drawn and told: to a decimetre, as an address keeps it. */
export const rounded = (p: LonLat): LonLat => [round(p[0]), round(p[1])];
const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** As it is on the ground. */
export function geometryOf(s: Shape): GeoJSON.Point | GeoJSON.LineString | GeoJSON.Polygon {
  if (s.kind === 'point') return { type: 'Point', coordinates: rounded(s.points[0]!) };
  if (s.kind === 'line') return { type: 'LineString', coordinates: s.points.map(rounded) };
  const ring = ringOf(s).map(rounded);
  return { type: 'Polygon', coordinates: [[...ring, ring[0]!]] };
}

/** Everything within so many metres of a shape, as polygons that may overlap; of 0 metres the shape itself. */
export function nearby(s: Shape, within: number): GeoJSON.Geometry {
  if (within <= 0) return geometryOf(s);
  const closed = (ring: LonLat[]): LonLat[][] => { const r = ring.map(rounded); return [[...r, r[0]!]]; };
  if (s.kind === 'point') return { type: 'Polygon', coordinates: closed(circle(s.points[0]!, within)) };
  if (s.kind === 'circle') return { type: 'Polygon', coordinates: closed(circle(s.points[0]!, metres(s.points[0]!, s.points[1]!) + within)) };
  const ring = ringOf(s);
  const path = s.kind === 'line' ? ring : [...ring, ring[0]!];
  const around = path.slice(1).map((p, i): GeoJSON.Geometry => ({ type: 'Polygon', coordinates: closed(capsule(path[i]!, p, within)) }));
  const parts = s.kind === 'line' ? around : [geometryOf(s), ...around];
  return parts.length === 1 ? parts[0]! : { type: 'GeometryCollection', geometries: parts };
}

/** What can be measured of a shape, in metres and square metres. */
export interface Measures { length?: number; area?: number; radius?: number }

export function measure(s: Shape): Measures {
  if (!whole(s) || s.kind === 'point') return {};
  if (s.kind === 'line') return { length: length(s.points) };
  if (s.kind === 'circle') {
    const radius = metres(s.points[0]!, s.points[1]!);
    return { radius, length: 2 * Math.PI * radius, area: area(ringOf(s)) };
  }
  const ring = ringOf(s);
  return { length: length([...ring, ring[0]!]), area: area(ring) };
}

/** Where something begins that may be moved or added: the shape's points, and the middles between those of lines and polygons. */
export function handles(s: Shape): { at: LonLat; point: number; between: boolean }[] {
  const own = s.points.map((at, point) => ({ at, point, between: false }));
  if (s.kind !== 'line' && s.kind !== 'polygon') return own;
  const path = s.kind === 'line' ? s.points : [...s.points, s.points[0]!];
  if (s.points.length >= most(s.kind)) return own;
  return [...own, ...path.slice(1).map((p, i) => ({
    at: [(path[i]![0] + p[0]) / 2, (path[i]![1] + p[1]) / 2] as LonLat, point: i + 1, between: true,
  }))];
}

/** The shape with a point moved; between: with a new one before it. */
export function moved(s: Shape, point: number, between: boolean, to: LonLat): Shape {
  const points = [...s.points];
  points.splice(point, between ? 0 : 1, to);
  return { ...s, points };
}

/** The shape without one of its points; nothing if it would be none any more. */
export function without(s: Shape, point: number): Shape | undefined {
  const less = { ...s, points: s.points.filter((_, i) => i !== point) };
  return less.points.length >= least(s.kind) ? less : undefined;
}

const letters: Record<ShapeKind, string> = { point: 'p', line: 'l', polygon: 'g', rectangle: 'r', circle: 'c' };

/** Shapes in few letters that an address may have: millionths of a degree, each from the one before, base 36. */
export function packed(shapes: Shape[]): string {
  return shapes.map(({ kind, points }) => {
    let was = [0, 0];
    return letters[kind] + points.map((p) => {
      const is = p.map((d) => Math.round(d * 1e6));
      const step = is.map((d, i) => (d - was[i]!).toString(36)).join('.');
      was = is;
      return step;
    }).join('.');
  }).join('_');
}

/** Reads what packed wrote; what it did not write is left out. */
export function unpacked(text: string): Shape[] {
  return text.split('_').flatMap((part): Shape[] => {
    const kind = shapeKinds.find((k) => letters[k] === part[0]);
    const steps = part.slice(1).split('.').map((n) => (/^-?[0-9a-z]{1,8}$/.test(n) ? parseInt(n, 36) : NaN));
    if (!kind || steps.length % 2 !== 0 || steps.some(Number.isNaN)) return [];
    let [x, y] = [0, 0];
    const points: LonLat[] = [];
    for (let i = 0; i < steps.length; i += 2) {
      [x, y] = [x + steps[i]!, y + steps[i + 1]!];
      points.push([x / 1e6, y / 1e6]);
    }
    const s = { kind, points };
    return whole(s) && points.every(([lon, lat]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90) ? [s] : [];
  });
}
