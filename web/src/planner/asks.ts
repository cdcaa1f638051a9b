/** What the planners' page asks the server. */
import { ask } from '../lib/ask';
import type { Named } from '../lib/api';
import type { Schemas } from '../lib/contract';
import type { Box } from '../lib/geo';
import { Offline } from '../lib/problem';
import { wkt } from './cql';
import { nearby, type Shape } from './shape';
import { filterOf, type State } from './state';

/** Tells `away` when there is no answer, and `back` when there is one. */
export const line = new EventTarget();

async function put<T>(path: string, q: Parameters<typeof ask>[1] = {}): Promise<T> {
  try {
    const answer = await ask<T>(path, q);
    line.dispatchEvent(new Event('back'));
    return answer;
  } catch (e) {
    line.dispatchEvent(new Event(e instanceof Offline ? 'away' : 'back'));
    throw e;
  }
}

/** One property that a layer can be asked by, as JSON Schema. */
export interface Queryable { title?: string; description?: string; type?: string; format?: string; enum?: string[]; 'x-unit'?: string }

const collection = (layer: string): string => `/ogc/collections/${encodeURIComponent(layer)}`;

export const queryables = (layer: string) => put<{ properties: Record<string, Queryable> }>(`${collection(layer)}/queryables`).then((a) => a.properties);

export interface Row extends GeoJSON.Feature<GeoJSON.Geometry | null, Record<string, unknown>> { id: string }
export interface Page { features: Row[]; links: { rel: string; href: string }[]; numberMatched?: number; numberReturned: number; timeStamp: string }

/** The features that the state asks for: what all that show, count or take them along have in common. */
export function itemsQuery(s: State, box: Box): URLSearchParams {
  const q = new URLSearchParams();
  const shape = s.shapes[Number(s.ground)];
  const filters = [filterOf(s, s.layer), s.ground !== '' && shape ? touching(shape) : ''].filter((t) => t !== '');
  if (filters.length > 0) q.set('filter', filters.length === 1 ? filters[0]! : filters.map((t) => `(${t})`).join(' AND '));
  if (s.ground === 'view') q.set('bbox', box.map((d) => d.toFixed(6)).join(','));
  return q;
}

const touching = (shape: Shape): string => `S_INTERSECTS(geometry, ${wkt(nearby(shape, 0))})`;

export const items = (layer: string, q: URLSearchParams) => put<Page>(`${collection(layer)}/items?${q}`);

/** The next page, by the address that the one before tells; undefined if it was the last. */
export function nextOf(p: Page): string | undefined {
  const href = p.links.find((l) => l.rel === 'next')?.href;
  if (!href) return undefined;
  const url = new URL(href, location.origin);
  return url.pathname + url.search;
}

export const page = (path: string) => put<Page>(path);

/** One feature. */
export const item = (layer: string, id: string) => put<Row>(`${collection(layer)}/items/${encodeURIComponent(id)}`);

/** The address of a file. */
export const fileAddress = (layer: string, q: URLSearchParams): string => `${collection(layer)}/items?${q}`;

/** What areas are called. */
export const areas = () => items('areas', new URLSearchParams({ limit: '1000', properties: 'id,name,name_en' }))
  .then((p): Named[] => p.features.map((f) => ({ code: f.id, name: String(f.properties.name ?? f.id), nameEn: String(f.properties.name_en ?? f.properties.name ?? f.id) })));

/** A piece of ground to ask about: all, a box, or an outline. */
export interface Ground { bbox?: Box; outline?: GeoJSON.Geometry }

/** The ground of the state. */
export function groundOf(s: State, box: Box): Ground {
  if (s.ground === 'view') return { bbox: box };
  const shape = s.ground === '' ? undefined : s.shapes[Number(s.ground)];
  return shape ? { outline: nearby(shape, 0) } : {};
}

/** Asks about a piece of ground; empty values are left out. */
export function about<T>(path: string, given: Record<string, string | undefined>, ground: Ground = {}): Promise<T> {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(given)) if (v !== undefined && v !== '') q.set(k, v);
  if (ground.bbox) q.set('bbox', ground.bbox.map((d) => d.toFixed(6)).join(','));
  return put<T>(`${path}?${q}`, ground.outline ? { method: 'POST', body: ground.outline } : {});
}

export type Thing = Schemas['surveyRow'];
export type Summary = Schemas['surveySummary'];
export type Group = Schemas['surveyGroup'];
export type Aggregate = Schemas['surveyAggregate'];
export type Gaps = Schemas['surveyGaps'];
export type Clusters = Schemas['surveyClusters'];
export type Hotspots = Schemas['surveyHotspots'];
export type Coverage = Schemas['coverage'];
export type Related = Schemas['surveyWalk'];
export type Travel = Schemas['surveyTravel'];
