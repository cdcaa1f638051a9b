/**
 * GCJ-02, in which the base maps of this country are drawn: WGS84 moved by some hundred
 * metres, another way at each place. Good within China; elsewhere nothing is moved.
 */
import type { LonLat } from './geo';

export type Datum = 'wgs84' | 'gcj02';

/** Semi-major axis in metres and first eccentricity squared of Krasovsky 1940, which the shift is reckoned on. */
const a = 6_378_245;
const ee = 0.006_693_421_622_965_943;

/** Moves a place of WGS84 into GCJ-02. */
export function toGCJ02([lon, lat]: LonLat): LonLat {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat];
  const [x, y] = [lon - 105, lat - 35];
  const wave = (v: number): number => (20 * Math.sin(6 * v * Math.PI) + 20 * Math.sin(2 * v * Math.PI)) * 2 / 3;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + wave(x)
    + (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2 / 3
    + (160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2 / 3;
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + wave(x)
    + (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2 / 3
    + (150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2 / 3;
  const rad = (lat * Math.PI) / 180;
  const magic = 1 - ee * Math.sin(rad) ** 2;
  return [
    lon + (east * 180) / ((a / Math.sqrt(magic)) * Math.cos(rad) * Math.PI),
    lat + (north * 180) / (((a * (1 - ee)) / (magic * Math.sqrt(magic))) * Math.PI),
  ];
}

/** A place as it is drawn in a datum. */
export function drawn(at: LonLat, datum: Datum): LonLat {
  return datum === 'gcj02' ? toGCJ02(at) : at;
}

/** The place of WGS84 that is drawn there: by coming nearer, to less than a millimetre. */
export function undrawn(at: LonLat, datum: Datum): LonLat {
  if (datum === 'wgs84') return at;
  let guess = at;
  for (let i = 0; i < 5; i++) {
    const there = toGCJ02(guess);
    guess = [guess[0] + at[0] - there[0], guess[1] + at[1] - there[1]];
  }
  return guess;
}
