/** The HTTP face of the server, as far as the screens use it. */
import { ask } from './ask';
import type { Reason } from './purpose';

export interface Scene {
  title: string;
  titleEn: string;
  bounds: [number, number, number, number];
  center: [number, number];
  attribution: string;
  demo: boolean;
}

export interface ClassCount { code: string; name: string; nameEn: string; count: number }
export interface LayerCount {
  layer: string;
  kind: string;
  count: number;
  classes: ClassCount[];
  states: Record<string, number>;
}

export interface Named { code: string; name: string; nameEn: string }
export interface Phenomenon extends Named { unit: string }
export interface Tables { edition: string; classes: Named[]; phenomena: Phenomenon[] }

export interface Asset {
  fid: number;
  id: string;
  kind: string;
  class: string;
  name: string;
  area?: string;
  chainage?: number;
  bank?: 'left' | 'right';
  owner?: string;
  state: { communication: string; data: string; service: string };
  summary: string;
  geometry?: GeoJSON.Geometry;
  values: Record<string, number>;
  times: Record<string, string>;
  sensor?: { measures: { phenomenon: string; unit: string; normal: [number, number] }[] };
}

/** Where a mover was, as GeoJSON; without a geometry if it was not seen. */
export interface Track extends GeoJSON.Feature<GeoJSON.LineString | GeoJSON.Point | null> { properties: { minutes: number; times: string[] } }

export interface Series { phenomenon: string; unit: string; samples: [number, number][] }

export const scene = () => ask<Scene>('/v1/scene');
export const layers = () => ask<LayerCount[]>('/v1/layers');
export const tables = () => ask<Tables>('/v1/classes');

const named = (id: string) => `/v1/assets/${encodeURIComponent(id)}`;

/** Of a camera and of what moves the record wants to know why. */
export const asset = (id: string, reason?: Reason) => ask<Asset>(named(id), { reason });
/** What a sensor said; since is Unix milliseconds. */
export const series = (id: string, phenomenon: string, since?: number) =>
  ask<Series>(`${named(id)}/observations?${new URLSearchParams({ phenomenon, limit: '2000', ...(since ? { from: new Date(since).toISOString() } : {}) })}`);
/** Where somebody was in the last minutes: personal data, not told without a reason. */
export const track = (id: string, minutes: number, reason: Reason) => ask<Track>(`${named(id)}/track?minutes=${minutes}`, { reason });
