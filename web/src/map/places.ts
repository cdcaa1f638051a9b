/** What a place is called. */
import type { Map as MapLibre } from 'maplibre-gl';
import { distance, type LonLat } from '../lib/geo';

/** A place is called after a landmark that is so near, in metres. */
const near = 800;

/** How long the landmarks of the tiles that are here are known, in milliseconds. */
const known = 5_000;

export class Places {
  private named: { name: string; at: LonLat }[] = [];
  private read = -Infinity;

  constructor(private readonly map: MapLibre) {}

  /** The nearest landmark, or the coordinates where none is known. */
  name(at: LonLat): string {
    let best: { name: string; d: number } | undefined;
    for (const p of this.landmarks()) {
      const d = distance(at, p.at);
      if (d < near && (!best || d < best.d)) best = { name: p.name, d };
    }
    return best?.name ?? `${at[0].toFixed(4)}, ${at[1].toFixed(4)}`;
  }

  private landmarks(): { name: string; at: LonLat }[] {
    if (Date.now() - this.read > known && this.map.getSource('landmarks')) {
      this.read = Date.now();
      this.named = this.map.querySourceFeatures('landmarks', { sourceLayer: 'landmarks' }).flatMap(({ geometry, properties }) =>
        geometry.type === 'Point' && properties.name ? [{ name: String(properties.name), at: geometry.coordinates as LonLat }] : []);
    }
    return this.named;
  }
}
