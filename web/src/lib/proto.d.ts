/**
 * What the functions made from the stream's .proto take and give; stream/suhev1/suhe.proto
 * says what it means. A message that was not told is undefined, a number 0, a list empty.
 */
declare module '*/suhe.proto' {
  import type { PbfReader, PbfWriter } from 'pbf';

  export interface Position { epoch: number; obs: number; events: number }
  export interface Camera { lon: number; lat: number; zoom: number; bearing: number; pitch: number }
  interface Names { name: string[] }

  export interface View {
    id: string;
    layers?: Names;
    tiles?: Names;
    zooms?: { first: number; last: number };
    bbox?: { west: number; south: number; east: number; north: number };
    zoom?: number;
    position?: Position;
    held?: number[];
  }
  export interface Ask {
    subscribe?: View;
    update?: View;
    unsubscribe?: { id: string };
    present?: { name: string; camera: Camera; selected: number };
    follow?: { session: string };
  }

  export interface Objects {
    fid: number[]; word: string[]; id: string[]; layer: number[]; class: number[]; name: string[];
    lon: number[]; lat: number[]; state: number[]; summary: number[];
    time: number[]; heard: number[]; values: number[]; phenomenon: number[]; value: number[];
  }
  export interface Clusters {
    id: string; position: Position | undefined; layer: string;
    cell: number[]; lon: number[]; lat: number[]; count: number[]; severity: number[]; state: number[]; word: string[];
  }
  interface Snapshot { id: string; position: Position | undefined; objects: Objects | undefined; more: boolean }
  interface Delta { id: string; position: Position | undefined; entered: Objects | undefined; changed: Objects | undefined; remove: number[] }
  interface Screen { session: string; name: string; camera: Camera | undefined; selected: number; since: number }

  interface Case {
    rev: number; open: boolean; class: string; name: string; area: string; state: string; severity: number; light: number; storm: string; lon: number; lat: number;
  }

  /** tell names the one message that is told. */
  export type Tell =
    | { tell: 'hello'; hello: { position: Position | undefined; time: number; heartbeat: number; session: string } }
    | { tell: 'time'; time: { position: Position | undefined; time: number } }
    | { tell: 'snapshot'; snapshot: Snapshot }
    | { tell: 'delta'; delta: Delta }
    | { tell: 'clusters'; clusters: Clusters }
    | { tell: 'tiles'; tiles: { id: string; position: Position | undefined; changed: { layer: string; zxy: number[] }[]; all: string[] } }
    | { tell: 'event'; event: { seq: number; time: number; type: string; layer: string; fid: number; id: string; case: Case | undefined } }
    | { tell: 'resync'; resync: { id: string; reason: string } }
    | { tell: 'slow'; slow: { interval: number; reason: string } }
    | { tell: 'error'; error: { id: string; reason: string } }
    | { tell: 'bye'; bye: { code: number; name: string; reason: string; reconnect: boolean; after: number } }
    | { tell: 'presence'; presence: { here: Screen[]; gone: string[] } }
    | { tell: undefined };

  export function readTell(pbf: PbfReader): Tell;
  export function readAsk(pbf: PbfReader): Ask;
  export function writeAsk(ask: Ask, pbf: PbfWriter): void;
}
