/** What the list holds, on the map: a pin for each line, the chosen one with a ring, and ties between what belongs together. */
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from 'maplibre-gl';
import type { LonLat } from '../lib/geo';
import { ink } from '../lib/theme';
import type { Entry } from './entry';

/** The source that Scene3D looks for at a click. */
const pins = 'pins';
const ties = 'ties';

const none: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

export class Pins {
  private readonly data: Record<string, GeoJSON.FeatureCollection> = { [pins]: none, [ties]: none };
  private chosen: string[] = [];
  private said = '';

  constructor(private readonly map: MapLibre) {
    this.put();
    // Another style comes without them.
    map.on('styledata', () => this.put());
  }

  show(all: readonly Entry[]): void {
    const said = all.map((e) => `${e.id} ${e.severity} ${e.light} ${e.place.join()}`).join();
    if (said === this.said) return;
    this.said = said;
    // What is worse is drawn above.
    const features = [...all].reverse().map((e): GeoJSON.Feature => ({
      type: 'Feature', geometry: { type: 'Point', coordinates: e.place },
      properties: { id: e.id, name: e.title, icon: `${e.kind}.${e.severity}`, light: e.light, rank: 10 - (e.severity || 5) },
    }));
    this.set(pins, features);
  }

  /** Marks what is looked at. */
  choose(ids: string[]): void {
    if (ids.join() === this.chosen.join()) return;
    this.chosen = ids;
    if (this.map.getLayer('pins-chosen')) this.map.setFilter('pins-chosen', this.which());
  }

  /** Ties places together, each with what is said of the tie. */
  tie(lines: { from: LonLat; to: LonLat; text: string }[]): void {
    this.set(ties, lines.map(({ from, to, text }) => ({ type: 'Feature', geometry: { type: 'LineString', coordinates: [from, to] }, properties: { text } })));
  }

  private set(source: string, features: GeoJSON.Feature[]): void {
    const data: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features };
    this.data[source] = data;
    void this.map.getSource<GeoJSONSource>(source)?.setData(data);
  }

  private which(): never {
    return ['in', ['get', 'id'], ['literal', this.chosen]] as never;
  }

  private put(): void {
    for (const source of [ties, pins]) if (!this.map.getSource(source)) this.map.addSource(source, { type: 'geojson', data: this.data[source] ?? none });
    for (const layer of this.layers()) if (!this.map.getLayer(layer.id)) this.map.addLayer(layer);
  }

  private layers(): LayerSpecification[] {
    const size = ['interpolate', ['linear'], ['zoom'], 8, 0.5, 13, 0.85, 18, 1.2] as never;
    return [{
      id: 'ties-line', type: 'line', source: ties, paint: { 'line-color': ink('glow'), 'line-width': 2, 'line-dasharray': [2, 1.5] },
    }, {
      id: 'ties-text', type: 'symbol', source: ties,
      layout: { 'symbol-placement': 'line-center', 'text-field': ['get', 'text'], 'text-size': 13, 'text-font': ['sans-serif'], 'text-allow-overlap': true },
      paint: { 'text-color': ink('map-name'), 'text-halo-color': ink('map-halo'), 'text-halo-width': 1.6 },
    }, {
      id: 'pins-light', type: 'circle', source: pins, filter: ['>', ['get', 'light'], 0],
      paint: {
        'circle-opacity': 0, 'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 9, 13, 15, 18, 23], 'circle-stroke-width': 3,
        'circle-stroke-color': ['case', ['==', ['get', 'light'], 2], ink('severity-1'), ink('severity-3')],
      },
    }, {
      id: 'pins-chosen', type: 'circle', source: pins, filter: this.which(),
      paint: { 'circle-color': ink('wash'), 'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 15, 13, 22, 18, 34], 'circle-stroke-width': 3, 'circle-stroke-color': ink('glow') },
    }, {
      id: 'pins-icon', type: 'symbol', source: pins,
      layout: {
        'icon-image': ['get', 'icon'], 'icon-size': size, 'icon-allow-overlap': true, 'symbol-sort-key': ['get', 'rank'],
        'text-field': ['step', ['zoom'], '', 15, ['get', 'name']], 'text-size': 12, 'text-offset': [0, 1.4], 'text-anchor': 'top', 'text-optional': true, 'text-font': ['sans-serif'],
      },
      paint: { 'text-color': ink('map-name'), 'text-halo-color': ink('map-halo'), 'text-halo-width': 1.4 },
    }];
  }
}
