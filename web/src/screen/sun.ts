/**
 * Where the sun stands, and what light the creek has by it. The position follows the
 * low accuracy formulas of the NOAA Solar Calculator (gml.noaa.gov/grad/solcalc, after
 * Meeus, Astronomical Algorithms): true to some hundredths of a degree in this
 * century; refraction near the horizon, up to half a degree, is left out.
 */
import type { LonLat } from '../lib/geo';

const rad = Math.PI / 180;
const sin = (d: number): number => Math.sin(d * rad);
const cos = (d: number): number => Math.cos(d * rad);

/** Degrees: azimuth clockwise from north, altitude above the horizon. */
export interface Sun { azimuth: number; altitude: number }

/** The sun at a place at a time in Unix milliseconds. An instant is the same in every time zone: Shanghai's matters only to who reads it. */
export function sunAt(ms: number, [lon, lat]: LonLat): Sun {
  const t = (ms / 86_400_000 + 2_440_587.5 - 2_451_545) / 36_525; // Julian centuries since 2000
  const meanLongitude = (280.46646 + t * (36_000.76983 + 0.0003032 * t)) % 360;
  const anomaly = 357.52911 + t * (35_999.05029 - 0.0001537 * t);
  const centre = sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t)) + sin(2 * anomaly) * (0.019993 - 0.000101 * t) + sin(3 * anomaly) * 0.000289;
  const node = 125.04 - 1934.136 * t;
  const longitude = meanLongitude + centre - 0.00569 - 0.00478 * sin(node); // apparent
  const tilt = 23 + (26 + (21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))) / 60) / 60 + 0.00256 * cos(node);
  const declination = Math.asin(sin(tilt) * sin(longitude)) / rad;
  const ascension = Math.atan2(cos(tilt) * sin(longitude), cos(longitude)) / rad;
  const days = ms / 86_400_000 + 2_440_587.5 - 2_451_545;
  const sidereal = 280.46061837 + 360.98564736629 * days; // at Greenwich
  const hour = sidereal + lon - ascension;
  const altitude = Math.asin(sin(lat) * sin(declination) + cos(lat) * cos(declination) * cos(hour)) / rad;
  const azimuth = Math.atan2(-cos(declination) * sin(hour), sin(declination) * cos(lat) - cos(declination) * cos(hour) * sin(lat)) / rad;
  return { azimuth: (azimuth + 360) % 360, altitude };
}

/** Colours are red, green, blue in 0 to 1. */
export type Rgb = readonly [number, number, number];

/** The light of an hour: colours of the sky above and at the horizon, of the light and of the water; how strong the light is, 0 to 1. */
export interface Daylight { sky: Rgb; horizon: Rgb; light: Rgb; water: Rgb; strength: number }

/** By the sun's altitude in degrees, lowest first. */
const hours: readonly (readonly [number, Daylight])[] = [
  [-12, { sky: [0.02, 0.05, 0.1], horizon: [0.05, 0.11, 0.19], light: [0.55, 0.68, 0.95], water: [0.05, 0.22, 0.36], strength: 0.28 }],
  [-4, { sky: [0.07, 0.12, 0.27], horizon: [0.5, 0.29, 0.3], light: [0.75, 0.66, 0.85], water: [0.12, 0.26, 0.42], strength: 0.38 }],
  [2, { sky: [0.2, 0.3, 0.5], horizon: [0.96, 0.58, 0.33], light: [1, 0.72, 0.46], water: [0.3, 0.36, 0.45], strength: 0.5 }],
  [12, { sky: [0.32, 0.52, 0.78], horizon: [0.78, 0.83, 0.88], light: [1, 0.93, 0.82], water: [0.2, 0.46, 0.62], strength: 0.6 }],
  [40, { sky: [0.3, 0.55, 0.86], horizon: [0.74, 0.86, 0.95], light: [1, 1, 0.98], water: [0.18, 0.5, 0.68], strength: 0.66 }],
];

const blend = (a: Rgb, b: Rgb, t: number): Rgb => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];

/** The light when the sun stands so high: it goes over from one hour into the next. */
export function daylight(altitude: number): Daylight {
  const after = hours.findIndex(([a]) => a > altitude);
  if (after === 0) return hours[0]![1];
  if (after < 0) return hours.at(-1)![1];
  const [[from, a], [to, b]] = [hours[after - 1]!, hours[after]!];
  const t = (altitude - from) / (to - from);
  return {
    sky: blend(a.sky, b.sky, t), horizon: blend(a.horizon, b.horizon, t), light: blend(a.light, b.light, t), water: blend(a.water, b.water, t),
    strength: a.strength + (b.strength - a.strength) * t,
  };
}

/** As CSS and MapLibre write a colour. */
export function css(c: Rgb): string {
  return `rgb(${c.map((v) => Math.round(v * 255)).join(',')})`;
}
