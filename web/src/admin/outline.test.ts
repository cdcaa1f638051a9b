import { expect, it } from 'vitest';
import { pointsOf, polygonOf } from './outline';

it('three points are a polygon, two are none', () => {
  expect(polygonOf([[121, 31], [122, 31]])).toBeUndefined();
  const triangle = polygonOf([[121.123456789, 31], [122, 31], [122, 32]]);
  expect(triangle).toEqual({ type: 'Polygon', coordinates: [[[121.1234568, 31], [122, 31], [122, 32], [121.1234568, 31]]] });
  expect(pointsOf(triangle)).toEqual([[121.1234568, 31], [122, 31], [122, 32]]);
});

it('what is no single ring has no points to draw on with', () => {
  expect([undefined, {}, { type: 'Point', coordinates: [1, 2] }, { type: 'MultiPolygon', coordinates: [] }].map(pointsOf)).toEqual([[], [], [], []]);
});
