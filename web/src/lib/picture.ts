/**
 * The picture: what this client holds of the living world. `reduce` is pure of
 * time and network; it changes the picture in place, because a snapshot of
 * thousands must not be copied on each delta, and says what it touched.
 */
import type { Cluster, Frame, Live, Position, WorldEvent } from './frames';

/** What the client holds, per subscription. */
export interface Picture {
  position: Position | undefined;
  views: Map<string, Held>;
}

/** What one subscription shows: objects by fid, and of layers that are zoomed out, counts. */
export interface Held {
  objects: Map<number, Live>;
  clusters: Map<string, Cluster[]>; // by layer
  arriving: Set<number> | undefined; // fids of a snapshot of which more is to come
}

/** What one frame did: each object before and after. */
export interface Touched {
  id: string;
  changes: { was: Live | undefined; is: Live | undefined }[];
  events: WorldEvent[];
  resync: boolean;
}

export function emptyPicture(): Picture {
  return { position: undefined, views: new Map() };
}

export function held(p: Picture, id: string): Held {
  let h = p.views.get(id);
  if (!h) p.views.set(id, (h = { objects: new Map(), clusters: new Map(), arriving: undefined }));
  return h;
}

/** Applies one frame. Values are absolute: a repeated frame does no harm. */
export function reduce(p: Picture, f: Frame): Touched {
  const t: Touched = { id: '', changes: [], events: [], resync: false };
  switch (f.type) {
    case 'hello':
      greet(p, f.position);
      break;
    case 'snapshot':
      takeSnapshot(p, f, t);
      break;
    case 'delta':
      takeDelta(p, f, t);
      break;
    case 'clusters': {
      const counts = p.views.get(f.id)?.clusters;
      if (f.cells.length > 0) counts?.set(f.layer, f.cells);
      else counts?.delete(f.layer);
      break;
    }
    case 'event':
      t.events.push(f.event);
      break;
    case 'resync':
      p.position = undefined;
      t.resync = true;
      break;
  }
  return t;
}

/** A new session: it tells counts anew, and goes on with no half snapshot of the one before. */
function greet(p: Picture, at: Position): void {
  // Positions of another epoch cannot be compared; what is held must be fetched anew.
  if (p.position && p.position.epoch !== at.epoch) p.position = undefined;
  for (const h of p.views.values()) {
    h.clusters.clear();
    h.arriving = undefined;
  }
}

function takeSnapshot(p: Picture, f: Extract<Frame, { type: 'snapshot' }>, t: Touched): void {
  const h = p.views.get(f.id);
  if (!h) return;
  t.id = f.id;
  h.arriving ??= new Set();
  for (const o of f.objects) {
    h.arriving.add(o.fid);
    put(h, o, t);
  }
  if (!f.more) {
    for (const fid of h.objects.keys()) if (!h.arriving.has(fid)) remove(h, fid, t);
    h.arriving = undefined;
    forward(p, f.position);
  }
}

function takeDelta(p: Picture, f: Extract<Frame, { type: 'delta' }>, t: Touched): void {
  const h = p.views.get(f.id);
  if (!h) return; // unsubscribed meanwhile
  t.id = f.id;
  for (const o of f.entered) put(h, o, t);
  for (const c of f.changed) {
    const was = h.objects.get(c.fid);
    if (!was) throw new Error(`delta: ${c.fid} changed and is not held`);
    put(h, { ...was, ...c }, t);
  }
  for (const fid of f.remove) remove(h, fid, t);
  forward(p, f.position);
}

function put(h: Held, o: Live, t: Touched): void {
  t.changes.push({ was: h.objects.get(o.fid), is: o });
  h.objects.set(o.fid, o);
}

function remove(h: Held, fid: number, t: Touched): void {
  const was = h.objects.get(fid);
  if (!was) return;
  h.objects.delete(fid);
  t.changes.push({ was, is: undefined });
}

/** Never goes back within an epoch. */
function forward(p: Picture, to: Position): void {
  const at = p.position;
  p.position = at && at.epoch === to.epoch
    ? { epoch: to.epoch, obs: Math.max(at.obs, to.obs), events: Math.max(at.events, to.events) }
    : to;
}

/** Whether all that the log held at a position is in the picture. */
export function reaches(p: Picture, at: Position): boolean {
  const is = p.position;
  return is !== undefined && is.epoch === at.epoch && is.obs >= at.obs && is.events >= at.events;
}
