/** A map on which the outline of a fence is drawn, point by point. */
import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibre, NavigationControl, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { scene } from '../lib/api';
import { button, make } from '../lib/dom';
import { around, pad, type LonLat } from '../lib/geo';
import type { Lang } from '../lib/i18n';
import type { Theme } from '../lib/theme';
import { styleOf } from '../map/dress';
import { pointsOf, polygonOf } from './outline';
import type { Say } from './papers';

const inks: Record<Theme, string> = { dark: '#ffc44d', light: '#b3151b' };

export class FenceMap {
  private map: MapLibre | undefined;
  private points: LonLat[] = [];
  private whole: GeoJSON.Geometry | undefined; // what is shown and was not drawn here
  private gone = false;

  /** drawn is told of each polygon, undefined of what is none yet. */
  constructor(private readonly box: HTMLElement, polygon: GeoJSON.Geometry | undefined, private readonly theme: Theme, private readonly lang: Lang, say: Say, private readonly drawn: (polygon: GeoJSON.Polygon | undefined) => void) {
    this.whole = polygon;
    this.points = pointsOf(polygon);
    const place = make('div', { className: 'map' });
    box.replaceChildren(make('p', { className: 'hint' }, say('drawHint')), place, make('div', { className: 'row-ways' }, button(say('undo'), () => this.change(this.points.slice(0, -1))), button(say('clearDrawing'), () => this.change([]))));
    void this.open(place);
  }

  /** Shows an outline that was typed; what is no JSON is left to who checks it. */
  show(text: string): void {
    try {
      this.whole = JSON.parse(text) as GeoJSON.Geometry;
      this.points = pointsOf(this.whole);
    } catch {
      this.whole = undefined;
      this.points = [];
    }
    this.draw();
  }

  remove(): void {
    this.gone = true;
    this.map?.remove();
  }

  private async open(container: HTMLElement): Promise<void> {
    const about = await scene();
    if (this.gone) return;
    setWorkerUrl(workerUrl);
    const seen = this.whole ? around([this.whole]) : undefined;
    const map = new MapLibre({
      container, style: styleOf(this.theme, this.lang), center: about.center, zoom: 14.5, attributionControl: false, maxTileCacheSize: 0,
      ...(seen ? { bounds: pad(seen, 0.5) } : {}),
      localIdeographFontFamily: "'Noto Sans CJK SC','WenQuanYi Micro Hei','PingFang SC','Microsoft YaHei',sans-serif",
    });
    this.map = map;
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    map.on('error', ({ error }) => console.error('map:', error.message));
    map.on('load', () => {
      map.addSource('fence', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
      const ink = inks[this.theme];
      map.addLayer({ id: 'fence-fill', type: 'fill', source: 'fence', paint: { 'fill-color': ink, 'fill-opacity': 0.2 } });
      map.addLayer({ id: 'fence-line', type: 'line', source: 'fence', paint: { 'line-color': ink, 'line-width': 2.5 } });
      map.addLayer({ id: 'fence-points', type: 'circle', source: 'fence', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-color': ink, 'circle-radius': 5 } });
      map.getCanvas().style.cursor = 'crosshair';
      map.on('click', (e) => this.change([...this.points, [e.lngLat.lng, e.lngLat.lat]]));
      this.draw();
      this.box.dataset.ready = 'true';
    });
  }

  private change(points: LonLat[]): void {
    this.points = points;
    this.whole = undefined;
    this.drawn(polygonOf(points));
    this.draw();
  }

  private draw(): void {
    const shape = this.whole ?? polygonOf(this.points) ?? (this.points.length === 2 ? { type: 'LineString' as const, coordinates: this.points } : undefined);
    const feature = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: 'Feature', geometry, properties: {} });
    this.map?.getSource<GeoJSONSource>('fence')?.setData({ type: 'FeatureCollection', features: [...(shape ? [feature(shape)] : []), ...this.points.map((p) => feature({ type: 'Point', coordinates: p }))] });
  }
}
