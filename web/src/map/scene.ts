/** The map: geometry from our tiles, what changes by the second from the stream, joined by fid. */
import type { GeoJSONSource, LayerSpecification, Map as MapLibre, MapGeoJSONFeature } from 'maplibre-gl';
import type { Scene, Track } from '../lib/api';
import { make } from '../lib/dom';
import type { Live, TileNews } from '../lib/frames';
import type { Box, LonLat } from '../lib/geo';
import type { Lang } from '../lib/i18n';
import type { Touched } from '../lib/picture';
import { rays, type Sight } from '../lib/sight';
import { Stale, zoomsOf } from '../lib/stale';
import type { Theme } from '../lib/theme';
import { throttled } from '../lib/throttle';
import { dressed, labelZoom, own, ownLayers, paled, styleOf } from './dress';
import { moverLayer, Movers } from './movers';
import { boxShown, openMap } from './open';

/** The layers whose objects change by the second and which tiles show too. */
export const liveLayers = ['sensors', 'cameras', 'incidents', 'alarms'];

/** The sources that a click looks for, best first; a page may have pins of its own. */
const picked = ['pins', 'incidents', 'alarms', 'movers', 'sensors', 'cameras', 'landmarks', 'assets', 'bridges', 'buildings', 'water', 'areas'];

/** How often a source's tiles are asked for again at most, in milliseconds. */
const refreshEvery = 250;

/** How often a map that goes on moving says where it is, in milliseconds. */
const moveEvery = 400;

/** From this zoom on one sees what stands at a place. */
const nearby = 16.5;

/** What is switched together with a layer. */
const companions: Record<string, string[]> = { cameras: ['coverage'], sensors: ['labels'], movers: ['tracks'] };

/** A thing on the map. */
export interface Picked { id: string; layer: string; name: string }

export class Scene3D {
  readonly map: MapLibre;
  /** The style is there: layers can be switched and drawn on; tiles may be on their way yet. */
  readonly ready: Promise<void>;
  private readonly pending = new Map<string, { source: string; id: number; state: Record<string, string | number> }>();
  private readonly stale = new Stale();
  private readonly movers: Movers;
  private pallid = false;
  private placed: ((at: LonLat) => void) | undefined; // the next click on the map is a place for it
  private onItsWay: Lang | undefined; // a style that was asked for; of a server that is away it never comes
  private painted: LayerSpecification[] = []; // as they are when what they show is live

  /** The map begins at the box, if there is one, unless the address says where. On a wall it has no buttons, and the address does not follow it. */
  constructor(container: HTMLElement, about: Scene, box: Box | undefined, private theme: Theme, lang: Lang, wall = false) {
    this.map = openMap({
      container, style: styleOf(theme, lang), hash: !wall, center: about.center, zoom: 15.1, pitch: 62, bearing: 28, maxPitch: 78,
      maxTileCacheSize: 0, // no news comes of tiles out of view: asked for again, an unchanged one costs a 304
      ...(box ? { bounds: box, fitBoundsOptions: { padding: 40, pitch: 50 } } : {}),
    }, !wall);
    this.movers = new Movers(this.map);
    this.onItsWay = lang;
    // Not MapLibre's 'load', which waits until all tiles in view are drawn: what is live need not wait for them.
    this.ready = new Promise((done) => this.map.once('style.load', () => {
      this.onItsWay = undefined;
      this.addOwn();
      done();
    }));
    setInterval(() => this.flush(), 100);
    setInterval(() => this.refresh(), refreshEvery);
  }

  box(): Box {
    return boxShown(this.map);
  }

  zoom(): number {
    return this.map.getZoom();
  }

  onMove(moved: () => void): void {
    this.map.on('moveend', throttled(moved, moveEvery));
  }

  /** Calls with the thing that is clicked, the nearest of several; a cluster comes apart instead. */
  onPick(pick: (thing: Picked) => void): void {
    this.map.on('click', (e) => {
      if (this.placed) return this.placed([e.lngLat.lng, e.lngLat.lat]);
      const near: [[number, number], [number, number]] = [[e.point.x - 6, e.point.y - 6], [e.point.x + 6, e.point.y + 6]];
      const found = this.map.queryRenderedFeatures(near).filter((f) => picked.includes(f.source));
      found.sort((a, b) => picked.indexOf(a.source) - picked.indexOf(b.source) || this.away(a, e.point) - this.away(b, e.point));
      const best = found[0];
      if (best?.properties.cluster) this.open(best);
      const { id, name } = best?.properties ?? {};
      if (best && typeof id === 'string') pick({ id, layer: best.source, name: typeof name === 'string' && name !== '' ? name : id });
    });
  }

  /** The place of the next click on the map, which is for nothing else then; nothing if Esc calls it off. told says meanwhile what is waited for. */
  async place(told: () => string): Promise<LonLat | undefined> {
    const hint = make('p', { className: 'placing', role: 'status' }, told());
    this.map.getContainer().append(hint);
    this.map.getCanvas().style.cursor = 'crosshair';
    this.map.getCanvas().focus();
    const off = new AbortController();
    const at = await new Promise<LonLat | undefined>((done) => {
      this.placed = done;
      addEventListener('keydown', (e) => {
        if (e.key !== 'Escape') return;
        e.stopImmediatePropagation();
        done(undefined);
      }, { capture: true, signal: off.signal });
    });
    off.abort();
    this.placed = undefined;
    this.map.getCanvas().style.cursor = '';
    hint.remove();
    return at;
  }

  /** How far a point is from a place on the screen, in pixels; what is no point lies where it was hit. */
  private away({ geometry }: MapGeoJSONFeature, at: { x: number; y: number }): number {
    if (geometry.type !== 'Point') return 0;
    const { x, y } = this.map.project(geometry.coordinates as [number, number]);
    return Math.hypot(x - at.x, y - at.y);
  }

  /** Goes to where a cluster comes apart. */
  private open(cluster: MapGeoJSONFeature): void {
    const { geometry, properties } = cluster;
    if (geometry.type !== 'Point') return;
    this.map.easeTo({ center: geometry.coordinates as [number, number], zoom: Number(properties.apart) });
  }

  /** Goes to a place, and near enough to see what stands there; beside the panels that cover so much of the right or the bottom, in pixels. */
  go(center: LonLat, right: number, bottom: number): void {
    this.map.flyTo({ center, zoom: Math.max(this.map.getZoom(), nearby), offset: [-right / 2, -bottom / 2] });
  }

  /** The middle of what is shown. */
  middle(): LonLat {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  /** The zooms of the tiles that are shown, first and last: a pitched view shows coarser ones far away. */
  tileZooms(): [number, number] {
    const shown = this.map.coveringTiles({ tileSize: 512, maxzoom: 22 });
    const z = Math.min(22, Math.floor(this.map.getZoom()));
    return zoomsOf(shown.map((t) => t.canonical.z)) ?? [z, z];
  }

  /** Takes states that changed, for the next flush. */
  take(t: Touched): void {
    this.movers.take(t);
    for (const { is } of t.changes) {
      if (!is || is.layer === moverLayer) continue;
      const { light } = is.values;
      this.pending.set(`${is.layer}/${is.fid}`, { source: is.layer, id: is.fid, state: { state: is.summary, severity: is.severity, ...(light === undefined ? {} : { light }) } });
    }
  }

  /** Takes news of changed tiles, for the next refresh. */
  repaint(news: TileNews): void {
    this.stale.add(news);
  }

  /** The names of the sources of tiles; each has one layer of that name. */
  sources(): string[] {
    return Object.entries(this.map.getStyle().sources).filter(([, s]) => s.type === 'vector').map(([name]) => name);
  }

  private flush(): void {
    for (const { source, id, state } of this.pending.values()) {
      if (this.map.getSource(source)) this.map.setFeatureState({ source, sourceLayer: source, id }, state);
    }
    this.pending.clear();
  }

  /** Asks again for stale tiles. A tile on its way cannot be asked for again: its source waits until all have come. */
  private refresh(): void {
    for (const source of this.stale.names()) {
      if (!this.map.getSource(source)) this.stale.take(source);
      else if (this.map.isSourceLoaded(source)) {
        const ids = this.stale.take(source);
        if (ids === 'all') this.map.refreshTiles(source);
        else this.map.refreshTiles(source, ids.map(([z, x, y]) => ({ z, x, y })));
      }
    }
  }

  /** Paints the map in another theme or language; what it shows, hides and knows stays. */
  dress(theme: Theme, lang: Lang): void {
    this.theme = theme;
    this.onItsWay = lang;
    if (this.painted.length === 0) { // the first, of which there is nothing to keep
      this.map.setStyle(styleOf(theme, lang), { diff: false });
      return;
    }
    this.map.setStyle(styleOf(theme, lang), {
      transformStyle: (was, is) => {
        const full = dressed(was, is, theme);
        this.painted = full.layers;
        this.onItsWay = undefined;
        return this.pallid ? { ...full, layers: full.layers.map((l) => ({ ...l, paint: { ...l.paint, ...paled(l, theme) } }) as LayerSpecification) } : full;
      },
    });
  }

  /** Greys what is live while it is not, and paints it again when it is. */
  pale(pallid: boolean): void {
    if (this.pallid === pallid) return;
    this.pallid = pallid;
    if (!pallid && this.onItsWay) this.dress(this.theme, this.onItsWay);
    for (const l of this.painted) {
      for (const [property, value] of Object.entries(paled(l, this.theme))) {
        if (!this.map.getLayer(l.id)) continue; // of a style on its way, which comes as pale as it must be
        this.map.setPaintProperty(l.id, property as 'circle-color', (pallid ? value : (l.paint as Record<string, unknown> | undefined)?.[property]) as never);
      }
    }
  }

  shows(layer: string): boolean {
    const first = this.map.getStyle().layers.find((l) => 'source' in l && l.source === layer);
    return !first || this.map.getLayoutProperty(first.id, 'visibility') !== 'none';
  }

  show(layer: string, visible: boolean): void {
    const sources = [layer, ...(companions[layer] ?? [])];
    for (const l of this.map.getStyle().layers) {
      if ('source' in l && sources.includes(l.source as string)) {
        this.map.setLayoutProperty(l.id, 'visibility', visible ? 'visible' : 'none');
      }
    }
  }

  /** Adds what the page draws itself, empty. */
  private addOwn(): void {
    for (const source of own) this.map.addSource(source, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    for (const layer of ownLayers(this.theme)) this.map.addLayer(layer);
    this.painted = this.map.getStyle().layers;
  }

  /** Draws where somebody was, or nothing more. */
  trail(track: Track | undefined): void {
    const features = track?.geometry ? [{ ...track, geometry: track.geometry }] : [];
    this.map.getSource<GeoJSONSource>('trail')?.setData({ type: 'FeatureCollection', features });
  }

  /** Draws which cameras see a place, or nothing more. */
  rays(s: Sight | undefined): void {
    void this.map.getSource<GeoJSONSource>('rays')?.setData({ type: 'FeatureCollection', features: s ? rays(s) : [] });
  }

  /** Writes the first value of each sensor beside it. */
  label(objects: Map<number, Live>): void {
    if (this.map.getZoom() < labelZoom) return;
    const features: GeoJSON.Feature[] = [];
    for (const o of objects.values()) {
      const value = o.layer === 'sensors' ? Object.values(o.values)[0] : undefined;
      if (value === undefined) continue;
      features.push({ type: 'Feature', geometry: { type: 'Point', coordinates: [o.lon, o.lat] }, properties: { text: String(Number(value.toFixed(2))) } });
    }
    this.map.getSource<GeoJSONSource>('labels')?.setData({ type: 'FeatureCollection', features });
  }
}
