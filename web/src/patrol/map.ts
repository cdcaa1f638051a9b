/**
 * The map: the creek from its file, and on it where one is, what there is to do and what is
 * around. In two dimensions and from one file: MapLibre, which draws the wall, would be more
 * script than a phone on a weak network should fetch.
 */
import 'ol/ol.css';
import Feature from 'ol/Feature.js';
import OlMap from 'ol/Map.js';
import View from 'ol/View.js';
import Rotate from 'ol/control/Rotate.js';
import ScaleLine from 'ol/control/ScaleLine.js';
import MVT from 'ol/format/MVT.js';
import LineString from 'ol/geom/LineString.js';
import Point from 'ol/geom/Point.js';
import { circular } from 'ol/geom/Polygon.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorTileLayer from 'ol/layer/VectorTile.js';
import { fromLonLat, toLonLat } from 'ol/proj.js';
import RenderFeature from 'ol/render/Feature.js';
import VectorSource from 'ol/source/Vector.js';
import VectorTileSource from 'ol/source/VectorTile.js';
import type VectorTile from 'ol/VectorTile.js';
import { createXYZ } from 'ol/tilegrid.js';
import { PMTiles, FileSource } from 'pmtiles';
import { drawn, undrawn, type Datum } from '../lib/datum';
import type { Box, LonLat } from '../lib/geo';
import { Dress, groundStyle } from './dress';
import type { Fix } from './here';

/** A thing on the map. */
export interface Pin { id: string; at: LonLat; class: string; severity: number; state: string; kind: 'task' | 'incident' | 'thing'; chosen: boolean }

/** The zooms of the creek's file. */
const zooms = { minZoom: 10, maxZoom: 16, tileSize: 512 };

/** OpenLayers' state of a tile that could not be read. */
const broken = 3;

/** From this zoom on one sees what stands around. */
const near = 17.2;

export class CreekMap {
  private readonly map: OlMap;
  private readonly ground = new VectorTileLayer({ declutter: true, renderMode: 'hybrid' });
  private readonly own = { me: new VectorSource(), pins: new VectorSource(), way: new VectorSource(), track: new VectorSource() };
  private readonly layers: VectorLayer[];
  private dress = new Dress();
  private placed = false; // the map has been where the phone is
  private file: Blob | undefined;

  constructor(container: HTMLElement, bounds: Box, private datum: Datum, pick: (id: string) => void) {
    const layer = (source: VectorSource): VectorLayer => new VectorLayer({ source, style: (f) => this.dress.style(f as Feature), updateWhileAnimating: true });
    this.layers = [layer(this.own.track), layer(this.own.way), layer(this.own.pins), layer(this.own.me)];
    this.map = new OlMap({
      target: container, layers: [this.ground, ...this.layers],
      controls: [new ScaleLine(), new Rotate({ label: '', tipLabel: '' })],
      view: new View({ center: fromLonLat(drawn([(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2], datum)), zoom: 14, minZoom: 11, maxZoom: 19.5, enableRotation: true }),
    });
    this.map.on('singleclick', (e) => {
      const id = this.map.forEachFeatureAtPixel(e.pixel, (f) => (f instanceof Feature ? f.get('id') as string | undefined : undefined), { hitTolerance: 14, layerFilter: (l) => this.layers.includes(l as VectorLayer) });
      if (id) pick(id);
    });
    this.wear();
  }

  /** Draws the creek from its file. */
  base(file: Blob, datum: Datum): void {
    this.file = file;
    if (this.datum !== datum) {
      const middle = this.middle();
      this.datum = datum;
      this.go(middle);
    }
    const archive = new PMTiles(new FileSource(new File([file], `creek-${datum}.pmtiles`)));
    this.ground.setSource(new VectorTileSource({
      format: new MVT({ layerName: 'layer' }), tileGrid: createXYZ(zooms), overlaps: true, transition: 0,
      tileUrlFunction: (t) => t.join('/'),
      tileLoadFunction: (tile, url) => {
        const one = tile as VectorTile<RenderFeature>;
        const [z = 0, x = 0, y = 0] = url.split('/').map(Number);
        one.setLoader((extent, _, projection) => {
          void archive.getZxy(z, x, y).then((found) => {
            one.setFeatures(found ? one.getFormat().readFeatures(found.data, { extent, featureProjection: projection }) as RenderFeature[] : []);
          }, () => one.setState(broken));
        });
      },
    }));
  }

  get drawing(): boolean {
    return this.file !== undefined;
  }

  /** Takes the inks of the page as it is dressed now. */
  wear(): void {
    this.dress = new Dress();
    this.ground.setStyle(groundStyle(this.dress.inks));
    this.layers.forEach((l) => l.changed());
  }

  me(fix: Fix | undefined): void {
    this.own.me.clear();
    if (!fix) return;
    const at = drawn(fix.at, this.datum);
    const ring = circular(at, Math.min(fix.accuracy, 200), 48).transform('EPSG:4326', 'EPSG:3857');
    this.own.me.addFeatures([new Feature({ geometry: ring, kind: 'accuracy' }), new Feature({ geometry: new Point(fromLonLat(at)), kind: 'me', heading: fix.heading })]);
    if (!this.placed) {
      this.placed = true;
      this.go(fix.at, 16.3);
    }
  }

  pins(all: Pin[]): void {
    this.own.pins.clear(true);
    this.own.pins.addFeatures(all.map((p) => {
      const f = new Feature({ ...p, geometry: new Point(fromLonLat(drawn(p.at, this.datum))) });
      f.setId(p.id);
      return f;
    }));
  }

  /** A way of two points goes through what nobody knows: it is drawn as if it were one to be found. */
  way(line: LonLat[]): void {
    this.put(this.own.way, line, line.length > 2 ? 'way' : 'straight');
  }

  track(line: LonLat[]): void {
    this.put(this.own.track, line, 'track');
  }

  private put(source: VectorSource, line: LonLat[], kind: string): void {
    source.clear();
    if (line.length > 1) source.addFeature(new Feature({ geometry: new LineString(line.map((p) => fromLonLat(drawn(p, this.datum)))), kind }));
  }

  go(at: LonLat, zoom = Math.max(this.map.getView().getZoom() ?? near, 15)): void {
    const view = this.map.getView();
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    view.animate({ center: fromLonLat(drawn(at, this.datum)), zoom, duration: calm ? 0 : 350 });
  }

  /** Shows all of a line. */
  show(line: LonLat[]): void {
    if (line.length < 2) return;
    const g = new LineString(line.map((p) => fromLonLat(drawn(p, this.datum))));
    this.map.getView().fit(g, { padding: [60, 40, 60, 40], maxZoom: 17.5, duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 350 });
  }

  /** What is in the middle, WGS84. */
  middle(): LonLat {
    return undrawn(toLonLat(this.map.getView().getCenter() ?? [0, 0]) as LonLat, this.datum);
  }

  /** The map has another size. */
  fitted(): void {
    this.map.updateSize();
  }

  /** For tests: where a place is on the map, in pixels, and what is drawn there. */
  look(at: LonLat): { pixel: number[]; ground: string[]; pins: string[] } {
    const pixel = this.map.getPixelFromCoordinate(fromLonLat(drawn(at, this.datum))) ?? [NaN, NaN];
    const ground: string[] = [];
    const pins: string[] = [];
    this.map.forEachFeatureAtPixel(pixel, (f) => {
      if (f instanceof Feature) pins.push(String(f.get('id') ?? f.get('kind')));
      else ground.push(String(f.get('layer')));
    }, { hitTolerance: 4 });
    return { pixel, ground, pins };
  }
}
