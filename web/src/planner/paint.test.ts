import type { StyleSpecification } from 'maplibre-gl';
import { expect, test } from 'vitest';
import { furnish, own, scaled, swatchOf, tones, type Inks } from './paint';

const inks = Object.fromEntries(tones.map((t) => [t, '#123456'])) as Inks;
const drawn = { answer: [], shapes: [], handles: [], mark: [] };
const style: StyleSpecification = {
  version: 8,
  sources: { water: { type: 'vector', tiles: ['/tiles/water/{z}/{x}/{y}.pbf'] }, assets: { type: 'vector', tiles: ['/tiles/assets/{z}/{x}/{y}.pbf?lang=zh'] } },
  layers: [
    { id: 'background', type: 'background' },
    { id: 'water-fill', type: 'fill', source: 'water', 'source-layer': 'water', paint: { 'fill-color': ['interpolate', ['linear'], ['zoom'], 10, '#155a86', 16, '#0f4a73'], 'fill-opacity': 0.9 } },
    { id: 'water-label', type: 'symbol', source: 'water', 'source-layer': 'water', layout: { 'text-field': ['get', 'name'] } },
    { id: 'assets-circle', type: 'circle', source: 'assets', 'source-layer': 'assets', paint: { 'circle-color': ['match', ['get', 'class'], 'asset.tree', '#4f9d62', ['asset.bin', 'asset.bench'], '#b58b5a', '#7e8fa9'], 'circle-opacity': ['interpolate', ['linear'], ['zoom'], 12, 0.5, 15, 1] } },
  ],
};

test('what is wished is in the style, and nothing else', () => {
  const plain = furnish(style, { hidden: [], opacity: {}, order: [], filters: {} }, drawn, inks);
  expect(plain.layers.slice(0, 4)).toEqual(style.layers);
  expect(Object.keys(plain.sources)).toEqual(['water', 'assets', ...own]);
  const is = furnish(style, { hidden: ['water'], opacity: { assets: 0.5 }, order: ['water'], filters: { assets: "class = 'a&b'" } }, drawn, inks);
  expect(is.sources.assets).toEqual({ type: 'vector', tiles: ["/tiles/assets/{z}/{x}/{y}.pbf?lang=zh&filter=class%20%3D%20'a%26b'"] });
  expect(is.layers.slice(0, 4).map((l) => l.id)).toEqual(['background', 'assets-circle', 'water-fill', 'water-label']);
  expect(is.layers.find((l) => l.id === 'water-fill')!.layout).toEqual({ visibility: 'none' });
  expect(is.layers.find((l) => l.id === 'assets-circle')!.paint).toMatchObject({ 'circle-opacity': ['interpolate', ['linear'], ['zoom'], 12, 0.25, 15, 0.5], 'circle-stroke-opacity': 0.5 });
});

test('an opacity is scaled where it comes out', () => {
  expect(scaled(undefined, 0.5)).toBe(0.5);
  expect(scaled(0.8, 0.5)).toBe(0.4);
  expect(scaled(['step', ['zoom'], 0, 16, 1], 0.5)).toEqual(['step', ['zoom'], 0, 16, 0.5]);
  expect(scaled(['get', 'x'], 0.5)).toEqual(['*', 0.5, ['get', 'x']]);
});

test('a legend has the colours of the style', () => {
  expect(swatchOf(style, 'assets', 'asset.tree')).toEqual({ form: 'dot', colour: '#4f9d62' });
  expect(swatchOf(style, 'assets', 'asset.bench')).toEqual({ form: 'dot', colour: '#b58b5a' });
  expect(swatchOf(style, 'assets', 'asset.lamp')).toEqual({ form: 'dot', colour: '#7e8fa9' });
  expect(swatchOf(style, 'water', '')).toEqual({ form: 'fill', colour: '#0f4a73' });
  expect(swatchOf(style, 'cameras', '')).toBeUndefined();
});
