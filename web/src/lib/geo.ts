/** Degrees WGS84, metres on the ground; azimuths clockwise from north. */

export type LonLat = [number, number];
/** west, south, east, north */
export type Box = [number, number, number, number];

/** Mean radius of the earth in metres (IUGG R1). */
const radius = 6_371_008.8;
const rad = Math.PI / 180;

/** The point d metres from p; exact to 1 mm within 5 km (local tangent plane at p). */
export function offset(p: LonLat, azimuth: number, d: number): LonLat {
  const north = (d * Math.cos(azimuth * rad)) / radius / rad;
  const east = (d * Math.sin(azimuth * rad)) / radius / rad / Math.cos(p[1] * rad);
  return [p[0] + east, p[1] + north];
}

/** Ground metres between two points (haversine). */
export function distance(a: LonLat, b: LonLat): number {
  const s = Math.sin(((b[1] - a[1]) * rad) / 2) ** 2 +
    Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * Math.sin(((b[0] - a[0]) * rad) / 2) ** 2;
  return 2 * radius * Math.asin(Math.min(1, Math.sqrt(s)));
}

/** b grown on each side by share of its width and height, kept on the earth. */
export function pad(b: Box, share: number): Box {
  const x = (b[2] - b[0]) * share;
  const y = (b[3] - b[1]) * share;
  return [Math.max(-180, b[0] - x), Math.max(-90, b[1] - y), Math.min(180, b[2] + x), Math.min(90, b[3] + y)];
}

/** Whether inner lies wholly in outer. */
export function covers(outer: Box, inner: Box): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

/** A point every step metres along line, each with the azimuth of its stretch. */
export function walk(line: LonLat[], step: number): { at: LonLat; azimuth: number }[] {
  const out: { at: LonLat; azimuth: number }[] = [];
  let left = 0;
  for (let i = 0; i + 1 < line.length; i++) {
    const [a, b] = [line[i]!, line[i + 1]!];
    const length = distance(a, b);
    if (length === 0) continue;
    const azimuth = bearing(a, b);
    for (; left < length; left += step) {
      const t = left / length;
      out.push({ at: [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t], azimuth });
    }
    left -= length;
  }
  return out;
}

/** Azimuth from a to b in [0,360), on the local tangent plane. */
export function bearing(a: LonLat, b: LonLat): number {
  const x = (b[0] - a[0]) * Math.cos(((a[1] + b[1]) / 2) * rad);
  return (Math.atan2(x, b[1] - a[1]) / rad + 360) % 360;
}

/** The box around geometries; undefined around nothing. */
export function around(geometries: GeoJSON.Geometry[]): Box | undefined {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const add = (c: unknown): void => {
    const [lon, lat] = c as unknown[];
    if (typeof lon !== 'number' || typeof lat !== 'number') (c as unknown[]).forEach(add);
    else box.splice(0, 4, Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat));
  };
  const each = (g: GeoJSON.Geometry): void => (g.type === 'GeometryCollection' ? g.geometries.forEach(each) : add(g.coordinates));
  geometries.forEach(each);
  return box[0] <= box[2] ? box : undefined;
}
