/** An outline that is drawn point by point. */
import type { LonLat } from '../lib/geo';

/** How exact a drawn point is: 7 decimals of a degree are a centimetre. */
const decimals = 7;

/** The polygon of at least three points; undefined of fewer. */
export function polygonOf(points: LonLat[]): GeoJSON.Polygon | undefined {
  if (points.length < 3) return undefined;
  const ring = points.map(([lon, lat]): LonLat => [round(lon), round(lat)]);
  return { type: 'Polygon', coordinates: [[...ring, ring[0]!]] };
}

const round = (v: number): number => Number(v.toFixed(decimals));

/** The points of a polygon's outer ring, as they were drawn; none of what is no polygon of one ring. */
export function pointsOf(polygon: unknown): LonLat[] {
  const { type, coordinates } = (polygon ?? {}) as Partial<GeoJSON.Polygon>;
  const ring = coordinates?.[0];
  return type === 'Polygon' && coordinates?.length === 1 && Array.isArray(ring) ? ring.slice(0, -1) as LonLat[] : [];
}
