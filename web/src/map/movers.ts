/** What moves by the second: drawn from the stream alone, never from tiles. */
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import type { Live } from '../lib/frames';
import { Motion, type Drawn } from '../lib/motion';
import type { Touched } from '../lib/picture';
import { arrow } from './dress';

/** The layer of the stream. */
export const moverLayer = 'movers';

/** However busy the map is, what moves is drawn again so often, in milliseconds. */
const slowest = 1000;

/** Between the end of one drawing and the next, in milliseconds: where somebody sees
 * it move, and elsewhere. The map rests meanwhile, and so does a phone. */
const smooth = 100;
const unseen = 1000;

/** From this zoom on a walk is more than a pixel a second. */
const walksFrom = 14;

export class Movers {
  private readonly motion = new Motion();
  private readonly objects = new Map<number, Live>();
  private drawing = false;

  constructor(private readonly map: MapLibre) {
    map.on('styleimagemissing', ({ id }) => {
      if (id === arrow && !map.hasImage(arrow)) map.addImage(arrow, arrowPicture(), { sdf: true, pixelRatio: 2 });
    });
  }

  take(t: Touched): void {
    const now = Date.now();
    let some = false;
    for (const { was, is } of t.changes) {
      const fid = (is ?? was)?.fid;
      if (fid === undefined || (is ?? was)?.layer !== moverLayer) continue;
      some = true;
      this.motion.take(fid, is, now);
      if (is) this.objects.set(fid, is);
      else this.objects.delete(fid);
    }
    if (some) this.draw();
  }

  /** Draws, and goes on for as long as something is on its way: as often as the map has time for. */
  private draw(): void {
    if (this.drawing) return;
    const now = Date.now();
    const drawn = this.motion.drawn(now);
    this.put('movers', [...drawn].map(([fid, d]) => this.point(fid, d)));
    this.put('tracks', [...drawn].filter(([, d]) => d.track.length > 1).map(([fid, d]) => track(fid, d)));
    if (!this.motion.moving(now)) return;
    this.drawing = true;
    let done = false;
    const pause = this.seen(drawn.values()) ? smooth : unseen;
    const again = (): void => {
      if (done) return;
      done = true;
      this.map.off('idle', again);
      setTimeout(() => {
        this.drawing = false;
        this.draw();
      }, pause);
    };
    this.map.once('idle', again);
    setTimeout(again, slowest);
  }

  /** Whether somebody can see one of them move. */
  private seen(drawn: Iterable<Drawn>): boolean {
    if (this.map.getZoom() < walksFrom) return false;
    const view = this.map.getBounds();
    for (const d of drawn) if (view.contains(d.at)) return true;
    return false;
  }

  private put(source: string, features: GeoJSON.Feature[]): void {
    void this.map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features });
  }

  private point(fid: number, d: Drawn): GeoJSON.Feature {
    const o = this.objects.get(fid);
    return {
      type: 'Feature', id: fid, geometry: { type: 'Point', coordinates: d.at },
      properties: { id: o?.id ?? '', name: o?.name ?? '', state: o?.summary ?? 'unknown', heading: d.heading ?? 0 },
    };
  }
}

function track(fid: number, d: Drawn): GeoJSON.Feature {
  return { type: 'Feature', id: fid, geometry: { type: 'LineString', coordinates: d.track }, properties: {} };
}

/** An arrowhead that points north. */
function arrowPicture(): ImageData {
  const size = 44;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const c = canvas.getContext('2d', { willReadFrequently: true }); // drawn by the processor: to fetch one picture from a graphics card takes longer
  if (!c) return new ImageData(size, size);
  c.beginPath();
  for (const [x, y] of [[22, 5], [36, 38], [22, 30], [8, 38]] as const) c.lineTo(x, y);
  c.closePath();
  c.fill();
  return c.getImageData(0, 0, size, size);
}
