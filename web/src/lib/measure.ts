/** True measures on the ground: lengths and areas on the ellipsoid of WGS84. Edges are straight in degrees, as on the server. */
import type { LonLat } from './geo';

const semiMajor = 6_378_137;
const flattening = 1 / 298.257223563;
const e2 = flattening * (2 - flattening);
const e = Math.sqrt(e2);
const rad = Math.PI / 180;
const sq = (x: number): number => x * x;

/** Ground metres between two points, by Lambert's formula as geo.Distance of the server: within 1e-5 of the length. */
export function metres(a: LonLat, b: LonLat): number {
  const beta1 = Math.atan((1 - flattening) * Math.tan(a[1] * rad));
  const beta2 = Math.atan((1 - flattening) * Math.tan(b[1] * rad));
  const h = sq(Math.sin((beta2 - beta1) / 2)) + Math.cos(beta1) * Math.cos(beta2) * sq(Math.sin(((b[0] - a[0]) * rad) / 2));
  const sigma = 2 * Math.asin(Math.sqrt(Math.min(1, h)));
  if (h === 0 || h >= 1) return semiMajor * sigma;
  const [p, q] = [(beta1 + beta2) / 2, (beta2 - beta1) / 2];
  const x = (sigma - Math.sin(sigma)) * sq((Math.sin(p) * Math.cos(q)) / Math.cos(sigma / 2));
  const y = (sigma + Math.sin(sigma)) * sq((Math.cos(p) * Math.sin(q)) / Math.sin(sigma / 2));
  return semiMajor * (sigma - (flattening / 2) * (x + y));
}

/** Ground metres along a line. */
export function length(line: LonLat[]): number {
  return line.slice(1).reduce((sum, p, i) => sum + metres(line[i]!, p), 0);
}

/** Square metres inside a ring, closed or not, whichever way it runs. One that crosses itself has no area of its own. */
export function area(ring: LonLat[]): number {
  let sum = 0;
  ring.forEach((p, i) => {
    const q = ring[(i + 1) % ring.length]!;
    sum += (q[0] - p[0]) * rad * (zone(p[1]) + 4 * zone((p[1] + q[1]) / 2) + zone(q[1])) / 6;
  });
  return Math.abs(sum);
}

/** Square metres between the equator and a latitude, per radian of longitude. */
function zone(lat: number): number {
  const s = Math.sin(lat * rad);
  return sq(semiMajor) * (1 - e2) * (s / (2 * (1 - e2 * s * s)) + Math.log((1 + e * s) / (1 - e * s)) / (4 * e));
}

/** The point so many metres east and north of p; true to 1e-5 within some kilometres. */
export function beside(p: LonLat, east: number, north: number): LonLat {
  const w = 1 - e2 * sq(Math.sin(p[1] * rad));
  const meridian = (semiMajor * (1 - e2)) / w ** 1.5;
  const parallel = (semiMajor / Math.sqrt(w)) * Math.cos(p[1] * rad);
  return [p[0] + east / parallel / rad, p[1] + north / meridian / rad];
}

/** How many corners stand for a circle, and for half of one. */
const corners = 32;

/** The ring, not closed, that stands for a circle: its area is the circle's. */
export function circle(middle: LonLat, radius: number, n = corners): LonLat[] {
  const r = radius * Math.sqrt((2 * Math.PI) / n / Math.sin((2 * Math.PI) / n));
  return Array.from({ length: n }, (_, i) => {
    const turn = (2 * Math.PI * i) / n;
    return beside(middle, r * Math.cos(turn), r * Math.sin(turn));
  });
}

/** The ring, not closed, around all that is within so many metres of a stretch: half a circle around each end. */
export function capsule(a: LonLat, b: LonLat, radius: number, n = 8): LonLat[] {
  const x = (b[0] - a[0]) * Math.cos(((a[1] + b[1]) / 2) * rad);
  const along = Math.atan2(b[1] - a[1], x); // counter-clockwise from east
  const r = radius / Math.cos(Math.PI / n / 2) ** 0.5; // between the ring inside and the ring outside the true one
  const half = (p: LonLat, from: number): LonLat[] => Array.from({ length: n + 1 }, (_, i) => {
    const turn = from + (Math.PI * i) / n;
    return beside(p, r * Math.cos(turn), r * Math.sin(turn));
  });
  return [...half(b, along - Math.PI / 2), ...half(a, along + Math.PI / 2)];
}
