/** The frames of the stream protocol suhe.v1.json, as docs/asyncapi.yaml describes them. */
import type { Box } from './geo';

export const protocol = 'suhe.v1.json';

export interface Position { epoch: number; obs: number; events: number }

/** Three states, kept apart. */
export interface State { communication: string; data: string; service: string }

/** One live object. Geometry belongs to the tiles; this is what changes. */
export interface Live {
  fid: number;
  id: string;
  layer: string;
  lon: number;
  lat: number;
  state: State;
  summary: string;
  severity: number;
  class: string;
  name: string;
  values: Record<string, number>;
  time?: string; // newest phenomenonTime, RFC 3339
}

/** What was decided: an edit of the registry; later incidents and alarms. */
export interface WorldEvent {
  seq: number;
  time: string;
  type: string;
  fid: number;
  id: string;
  asset?: { kind: string; name?: string; [key: string]: unknown };
}

/** z, x, y */
export type TileId = [number, number, number];

/** Tiles that changed, by layer, and layers of which any may have. */
export interface TileNews { changed: Record<string, TileId[]>; all: string[] }

export type Frame =
  | { type: 'hello'; epoch: number; position: Position; time: string }
  | { type: 'snapshot'; id: string; position: Position; objects: Live[]; more: boolean }
  | { type: 'delta'; id: string; position: Position; upsert: Live[]; remove: number[] }
  | ({ type: 'tiles'; id: string } & TileNews)
  | { type: 'event'; event: WorldEvent; position?: Position }
  | { type: 'resync'; id?: string; reason?: string }
  | { type: 'bye'; code?: number; reason?: string }
  | { type: 'other'; name: string };

/** What a subscription looks at: objects of layers, and tiles of layers at the zooms, first and last, that are shown. */
export interface View { layers: string[]; tiles: string[]; bbox: Box; zoom: number; zooms: [number, number] }

export type Request =
  | ({ type: 'subscribe' | 'update'; id: string; position?: Position; held?: number[] } & View)
  | { type: 'unsubscribe'; id: string };

/** Reads one frame. Throws on what is no frame; unknown types are `other`, so that a newer server does no harm. */
export function readFrame(text: string): Frame {
  const raw: unknown = JSON.parse(text);
  if (typeof raw !== 'object' || raw === null || typeof (raw as { type?: unknown }).type !== 'string') {
    throw new Error('frame: want an object with a type');
  }
  const f = raw as { type: string } & Record<string, unknown>;
  switch (f.type) {
    case 'snapshot':
      return { type: 'snapshot', id: String(f.id), position: position(f), objects: list<Live>(f.objects), more: f.more === true };
    case 'delta':
      return { type: 'delta', id: String(f.id), position: position(f), upsert: list<Live>(f.upsert), remove: list<number>(f.remove) };
    case 'tiles':
      return { type: 'tiles', id: String(f.id), changed: (f.changed ?? {}) as Record<string, TileId[]>, all: list<string>(f.all) };
    case 'hello':
      return { type: 'hello', epoch: Number(f.epoch), position: position(f), time: String(f.time ?? '') };
    case 'event':
      // The event may be wrapped or lie flat beside the type; a flat one names its own type eventType or kind.
      return { type: 'event', event: f.event as WorldEvent, ...(f.position ? { position: position(f) } : {}) };
    case 'resync':
    case 'bye':
      return f as unknown as Frame;
    default:
      return { type: 'other', name: f.type };
  }
}

function list<T>(x: unknown): T[] {
  return Array.isArray(x) ? (x as T[]) : [];
}

function position(f: Record<string, unknown>): Position {
  const p = f.position as Partial<Position> | undefined;
  if (!p || typeof p.obs !== 'number' || typeof p.events !== 'number') {
    throw new Error(`${String(f.type)}: position: want epoch, obs and events`);
  }
  return { epoch: Number(p.epoch), obs: p.obs, events: p.events };
}
