import { describe, expect, it } from 'vitest';
import { around, bearing, covers, distance, offset, pad, walk, type LonLat } from './geo';

const m50: LonLat = [121.444743, 31.24988];

describe('geo', () => {
  it('measures on the ground, not in Mercator', () => {
    // One degree of latitude is 111.195 km on the mean sphere.
    expect(distance([121, 31], [121, 32])).toBeCloseTo(111_195.08, 0);
  });
  it.each([0, 37, 90, 181, 270, 359])('offset is distance and bearing backwards, azimuth %d', (azimuth) => {
    const q = offset(m50, azimuth, 250);
    expect(distance(m50, q)).toBeCloseTo(250, 1);
    expect(bearing(m50, q)).toBeCloseTo(azimuth, 1);
  });
  it('pads, covers, and stays on the earth', () => {
    const b = pad([179, 80, 180, 90], 0.5);
    expect(b).toEqual([178.5, 75, 180, 90]);
    expect(covers(b, [179, 80, 180, 90])).toBe(true);
    expect(covers([179, 80, 180, 90], b)).toBe(false);
  });
  it('walks at an even step across corners', () => {
    const line: LonLat[] = [m50, offset(m50, 90, 100), offset(offset(m50, 90, 100), 0, 105)];
    const steps = walk(line, 10);
    expect(steps).toHaveLength(21);
    for (let i = 1; i < 10; i++) expect(distance(steps[i - 1]!.at, steps[i]!.at)).toBeCloseTo(10, 1);
    expect(steps[20]!.azimuth).toBeCloseTo(0, 1);
  });
});

it('puts a box around geometries', () => {
  expect(around([])).toBeUndefined();
  expect(around([{ type: 'GeometryCollection', geometries: [] }])).toBeUndefined();
  expect(around([
    { type: 'Polygon', coordinates: [[[121.4, 31.2, 3], [121.5, 31.2, 9], [121.4, 31.3, 0], [121.4, 31.2, 3]]] },
    { type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [121.6, 31.1] }] },
  ])).toEqual([121.4, 31.1, 121.6, 31.3]);
});
