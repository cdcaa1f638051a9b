/** The HTTP face of the server, as far as the screens use it. */
import { ask } from './ask';
import type { Schemas } from './contract';
import type { Reason } from './purpose';

export type Scene = Schemas['scene'];
export type LayerCount = Schemas['layerCount'];

export interface Named { code: string; name: string; nameEn: string }
export type Phenomenon = Schemas['phenomenon'];
export type Tables = Schemas['tables'];
export type Asset = Schemas['liveAsset'];

/** Where a mover was, as GeoJSON; without a geometry if it was not seen. */
export interface Track extends GeoJSON.Feature<GeoJSON.LineString | GeoJSON.Point | null> { properties: { minutes: number; times: string[] } }

export type Series = Schemas['series'];

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
