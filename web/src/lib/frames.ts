/** The frames of the stream as the page holds them; docs/asyncapi.yaml tells what they mean. Times are Unix milliseconds. */
import type { Box } from './geo';

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
  time: number | undefined; // newest phenomenonTime; undefined: never heard of
}

/** What changed of an object that is held. */
export type Change = Pick<Live, 'fid'> & Partial<Live>;

/** How many objects one cell of a layer holds; of a thing alone the cell is its fid. */
export interface Cluster { cell: number; lon: number; lat: number; count: number; severity: number; state: string }

/** What was decided: an edit of the registry, or a step of an alarm or an incident. */
export interface WorldEvent { seq: number; time: number; type: string; layer: string; fid: number; id: string; case: CaseNews | undefined }

/** An alarm or an incident after a step; light is 0 green, 1 yellow or 2 red; storm names what alarms of several areas have in common, '' nothing. */
export interface CaseNews {
  rev: number; open: boolean; class: string; name: string; area: string; state: string; severity: number; light: number; storm: string; lon: number; lat: number;
}

/** How a screen looks at the creek; degrees. */
export interface Camera { lon: number; lat: number; zoom: number; bearing: number; pitch: number }

/** A session that shows itself. */
export interface Screen { session: string; name: string; camera: Camera | undefined; selected: number; since: number }

/** z, x, y */
export type TileId = [number, number, number];

/** Tiles that changed, by layer, and layers of which any may have. */
export interface TileNews { changed: Record<string, TileId[]>; all: string[] }

export type Frame =
  | { type: 'hello'; position: Position; time: number; heartbeat: number; session: string }
  | { type: 'time'; position: Position; time: number }
  | { type: 'snapshot'; id: string; position: Position; objects: Live[]; more: boolean }
  | { type: 'delta'; id: string; position: Position; entered: Live[]; changed: Change[]; remove: number[] }
  | { type: 'clusters'; id: string; layer: string; cells: Cluster[] }
  | ({ type: 'tiles'; id: string } & TileNews)
  | { type: 'event'; event: WorldEvent }
  | { type: 'resync'; id: string; reason: string }
  | { type: 'slow'; interval: number; reason: string }
  | { type: 'error'; id: string; reason: string }
  | { type: 'bye'; code: number; reason: string; reconnect: boolean; after: number }
  | { type: 'presence'; here: Screen[]; gone: string[] }
  | { type: 'other' }; // of a newer server

/** What a subscription looks at: objects of layers, and tiles of layers at the zooms, first and last, that are shown. rate is the most deltas a second. */
export interface View { layers: string[]; tiles: string[]; bbox: Box; zoom: number; zooms: [number, number]; rate?: number }

export type Request =
  | ({ type: 'subscribe' | 'update'; id: string; position?: Position; held?: number[] } & View)
  | { type: 'present'; name: string; camera: Camera; selected: number }
  | { type: 'follow'; session: string };
