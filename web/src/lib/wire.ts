/** The subprotocol suhe.v1.pb: bytes to frames and requests to bytes. */
import { PbfReader, PbfWriter } from 'pbf';
import { readTell, writeAsk, type Ask, type Position, type Tell, type View as Asked } from '../../../stream/suhev1/suhe.proto';
import { changes, clusters, sums, whole } from './columns';
import type { Frame, Request, TileId, TileNews } from './frames';

export const protocol = 'suhe.v1.pb';

/** Reads one frame. Throws on what is no frame; what a newer server tells is `other`, so that it does no harm. */
export function read(bytes: ArrayBuffer): Frame {
  const m: Tell = readTell(new PbfReader(new Uint8Array(bytes)));
  switch (m.tell) {
    case 'hello':
      return { type: 'hello', ...m.hello, position: at(m.hello.position) };
    case 'time':
      return { type: 'time', ...m.time, position: at(m.time.position) };
    case 'snapshot': {
      const { id, position, objects, more } = m.snapshot;
      return { type: 'snapshot', id, position: at(position), objects: whole(objects), more };
    }
    case 'delta': {
      const { id, position, entered, changed, remove } = m.delta;
      return { type: 'delta', id, position: at(position), entered: whole(entered), changed: changes(changed), remove: sums(remove) };
    }
    case 'clusters':
      return { type: 'clusters', id: m.clusters.id, layer: m.clusters.layer, cells: clusters(m.clusters) };
    case 'tiles':
      return { type: 'tiles', id: m.tiles.id, ...news(m.tiles) };
    case 'event':
      return { type: 'event', event: m.event };
    case 'resync':
      return { type: 'resync', ...m.resync };
    case 'slow':
      return { type: 'slow', ...m.slow };
    case 'error':
      return { type: 'error', ...m.error };
    case 'bye': {
      const { code, reason, reconnect, after } = m.bye;
      return { type: 'bye', code, reason, reconnect, after };
    }
    case 'presence':
      return { type: 'presence', ...m.presence };
    default:
      return { type: 'other' };
  }
}

/** A position whose numbers are all 0 may be left out. */
function at(p: Position | undefined): Position {
  return p ?? { epoch: 0, obs: 0, events: 0 };
}

function news(t: { changed: { layer: string; zxy: number[] }[]; all: string[] }): TileNews {
  const changed: Record<string, TileId[]> = {};
  for (const { layer, zxy } of t.changed) {
    const ids: TileId[] = (changed[layer] = []);
    for (let i = 0; i + 2 < zxy.length; i += 3) ids.push(zxy.slice(i, i + 3) as TileId);
  }
  return { changed, all: t.all };
}

/** Writes one request. */
export function write(r: Request): Uint8Array<ArrayBuffer> {
  const pbf = new PbfWriter();
  writeAsk(ask(r), pbf);
  return new Uint8Array(pbf.finish());
}

function ask(r: Request): Ask {
  switch (r.type) {
    case 'subscribe':
      return { subscribe: view(r) };
    case 'update':
      return { update: view(r) };
    case 'present':
      return { present: { name: r.name, camera: r.camera, selected: r.selected } };
    case 'follow':
      return { follow: { session: r.session } };
  }
}

/** What is 0 is not written, and what is not written is not asked for: so a zoom of 0 is one next to it. */
const nearZero = 1e-9;

function view(r: Extract<Request, { type: 'subscribe' | 'update' }>): Asked {
  const [west, south, east, north] = r.bbox;
  return {
    id: r.id, layers: { name: r.layers }, tiles: { name: r.tiles }, zooms: { first: r.zooms[0], last: r.zooms[1] },
    bbox: { west, south, east, north }, zoom: Math.max(r.zoom, nearZero),
    ...(r.rate ? { rate: r.rate } : {}),
    ...(r.position ? { position: r.position } : {}), ...(r.held ? { held: steps(r.held) } : {}),
  };
}

/** Fids in order, each less the one before. */
function steps(fids: number[]): number[] {
  return [...fids].sort((a, b) => a - b).map((fid, i, all) => fid - (all[i - 1] ?? 0));
}
