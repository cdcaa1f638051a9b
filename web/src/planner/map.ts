/** The map of the planners' page: the style of the server as it is wished, and what the page draws on top. */
import type { GeoJSONSource, Map as MapLibre, MapGeoJSONFeature, StyleSpecification } from 'maplibre-gl';
import { send } from '../lib/ask';
import type { Box, LonLat } from '../lib/geo';
import type { Lang } from '../lib/i18n';
import { ink, type Theme } from '../lib/theme';
import { throttled } from '../lib/throttle';
import { styleOf } from '../map/dress';
import { boxShown, openMap } from '../map/open';
import { collection, furnish, type Inks, type Own, type Wish } from './paint';

/** A thing on the map. */
export interface Picked { id: string; layer: string; name: string; geometry: GeoJSON.Geometry | undefined }

/** How near a click must be to a thing, in pixels. */
const near = 6;

/** The layers that a click looks for beside the one that is asked about, best first. */
const picked = ['incidents', 'alarms', 'sensors', 'cameras', 'landmarks', 'assets', 'bridges', 'buildings', 'banks', 'water', 'areas'];

export class PlannerMap {
  readonly map: MapLibre;
  readonly ready: Promise<void>;
  private base: StyleSpecification;
  private wish: Wish;
  private readonly drawn: Record<Own, GeoJSON.Feature[]> = { answer: [], shapes: [], handles: [], mark: [] };
  private wanted = 0; // of the last style that was asked for: older ones come too late

  private constructor(container: HTMLElement, base: StyleSpecification, wish: Wish, start: Start) {
    this.base = base;
    this.wish = wish;
    this.map = openMap({
      container, style: this.style(), maxPitch: 70, boxZoom: false, // MapLibre's own hash would decode what else stands in the address
      ...(cameraOf(start.place) ?? { bounds: start.box, fitBoundsOptions: { padding: 30 } }),
    });
    this.ready = new Promise((done) => this.map.once('style.load', () => done()));
  }

  /** Opens the map where the address says, else at the box. */
  static async open(container: HTMLElement, start: Start, wish: Wish, theme: Theme, lang: Lang): Promise<PlannerMap> {
    const map = new PlannerMap(container, await fetched(theme, lang), wish, start);
    await map.ready;
    return map;
  }

  /** Wears another theme or language. */
  async dress(theme: Theme, lang: Lang): Promise<void> {
    const turn = ++this.wanted;
    const base = await fetched(theme, lang);
    if (turn !== this.wanted) return;
    this.base = base;
    this.paint();
  }

  /** The style as the server gives it, for legends. */
  get plain(): StyleSpecification {
    return this.base;
  }

  show(wish: Wish): void {
    this.wish = wish;
    this.paint();
  }

  /** Draws these in one of the page's own sources, instead of what was there. */
  draw(name: Own, features: GeoJSON.Feature[]): void {
    this.drawn[name] = features;
    void this.map.getSource<GeoJSONSource>(name)?.setData(collection(features));
  }

  /** Asks for all tiles again. */
  refresh(): void {
    for (const [name, source] of Object.entries(this.base.sources)) if (source.type === 'vector') this.map.refreshTiles(name);
  }

  private style(): StyleSpecification {
    const inks: Inks = { bad: ink('bad'), warn: ink('warn'), good: ink('good'), glow: ink('glow'), text: ink('map-name'), halo: ink('map-halo') };
    return furnish(this.base, this.wish, this.drawn, inks);
  }

  private paint(): void {
    this.map.setStyle(this.style(), { diff: true });
  }

  /** Where it is, as addresses have it: zoom, latitude, longitude, and if it is not upright bearing and pitch. */
  place(): string {
    const { map } = this;
    const turned = map.getBearing() !== 0 || map.getPitch() !== 0 ? [map.getBearing().toFixed(1), map.getPitch().toFixed(0)] : [];
    const { lng, lat } = map.getCenter();
    return [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5), ...turned].join('/');
  }

  /** Goes to where an address says, if it does. */
  jump(place: string | null): void {
    const to = cameraOf(place);
    if (to && place !== this.place()) this.map.jumpTo(to);
  }

  box(): Box {
    return boxShown(this.map);
  }

  middle(): LonLat {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  onMove(moved: () => void): void {
    this.map.on('moveend', throttled(moved, 400));
  }

  /** Calls with the thing under a click, first of the layer that is asked about; with nothing where there is none. */
  onPick(layer: () => string, free: () => boolean, pick: (thing: Picked | undefined) => void): void {
    this.map.on('click', (e) => {
      if (!free()) return;
      const { x, y } = e.point;
      const found = this.map.queryRenderedFeatures([[x - near, y - near], [x + near, y + near]]);
      const cluster = found.find((f) => f.source === layer() && f.properties.cluster);
      const best = this.best(found, layer());
      if (best) pick(best);
      else if (cluster?.geometry.type === 'Point') this.map.easeTo({ center: cluster.geometry.coordinates as LonLat, zoom: Number(cluster.properties.apart) });
      else pick(undefined);
    });
  }

  /** Calls with the thing of the layer that is pointed at, and with nothing when none is any more. */
  onPoint(layer: () => string, free: () => boolean, point: (thing: Picked | undefined) => void): void {
    let last = '';
    let at = { x: 0, y: 0 };
    const look = throttled(() => {
      const found = free() ? this.map.queryRenderedFeatures([[at.x - 3, at.y - 3], [at.x + 3, at.y + 3]]).filter((f) => f.source === layer()) : [];
      const thing = this.best(found, layer());
      if (free()) this.map.getCanvas().style.cursor = thing ? 'pointer' : '';
      if ((thing?.id ?? '') === last) return;
      last = thing?.id ?? '';
      point(thing);
    }, 60);
    this.map.on('mousemove', (e) => {
      at = e.point;
      look();
    });
  }

  private best(found: MapGeoJSONFeature[], layer: string): Picked | undefined {
    const rank = (f: MapGeoJSONFeature): number => (f.source === layer ? -1 : picked.indexOf(f.source));
    const first = found.filter((f) => typeof f.properties.id === 'string' && (f.source === layer || picked.includes(f.source))).sort((a, b) => rank(a) - rank(b))[0];
    if (!first) return undefined;
    const { id, name } = first.properties as { id: string; name?: string };
    return { id, layer: first.source, name: name || id, geometry: first.geometry };
  }

  /** Goes to a box, or near to a place. */
  go(box: Box): void {
    const tiny = box[2] - box[0] < 1e-5 && box[3] - box[1] < 1e-5;
    if (tiny) this.map.flyTo({ center: [box[0], box[1]], zoom: Math.max(this.map.getZoom(), 16.5) });
    else this.map.fitBounds(box, { padding: 50, maxZoom: 17.5 });
  }
}

/** Where the map begins. */
interface Start { place: string | null; box: Box }

/** What an address says of where the map is; undefined if that is no place. */
function cameraOf(place: string | null): { zoom: number; center: LonLat; bearing: number; pitch: number } | undefined {
  const [zoom, lat, lon, bearing = 0, pitch = 0] = (place ?? '').split('/').map(Number);
  if (![zoom, lat, lon, bearing, pitch].every(Number.isFinite) || Math.abs(lat!) > 85 || Math.abs(lon!) > 180) return undefined;
  return { zoom: zoom!, center: [lon!, lat!], bearing, pitch };
}

async function fetched(theme: Theme, lang: Lang): Promise<StyleSpecification> {
  return await (await send(styleOf(theme, lang))).json() as StyleSpecification;
}
