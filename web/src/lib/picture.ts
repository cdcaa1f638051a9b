/**
 * The picture: what this client holds of the living world. `reduce` is pure of
 * time and network; it changes the picture in place, because a snapshot of
 * thousands must not be copied on each delta, and says what it touched.
 */
import type { Frame, Live, Position, WorldEvent } from './frames';

/** What the client holds, per subscription. */
export interface Picture {
  position: Position | undefined;
  views: Map<string, Held>;
}

/** The objects of one subscription, by fid. */
export interface Held {
  objects: Map<number, Live>;
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
  if (!h) p.views.set(id, (h = { objects: new Map(), arriving: undefined }));
  return h;
}

/** Applies one frame. Values are absolute: a repeated frame does no harm. */
export function reduce(p: Picture, f: Frame): Touched {
  const t: Touched = { id: '', changes: [], events: [], resync: false };
  switch (f.type) {
    case 'hello':
      // Positions of another epoch cannot be compared; what is held must be fetched anew.
      if (p.position && p.position.epoch !== f.epoch) p.position = undefined;
      break;
    case 'snapshot':
      takeSnapshot(p, f, t);
      break;
    case 'delta': {
      const h = p.views.get(f.id);
      if (!h) break; // unsubscribed meanwhile
      t.id = f.id;
      for (const o of f.upsert) upsert(h, o, t);
      for (const fid of f.remove) remove(h, fid, t);
      forward(p, f.position);
      break;
    }
    case 'event':
      if (f.event) t.events.push(f.event);
      if (f.position) forward(p, f.position);
      break;
    case 'resync':
      p.position = undefined;
      t.resync = true;
      break;
  }
  return t;
}

function takeSnapshot(p: Picture, f: Extract<Frame, { type: 'snapshot' }>, t: Touched): void {
  const h = p.views.get(f.id);
  if (!h) return;
  t.id = f.id;
  h.arriving ??= new Set();
  for (const o of f.objects) {
    h.arriving.add(o.fid);
    upsert(h, o, t);
  }
  if (!f.more) {
    for (const fid of h.objects.keys()) if (!h.arriving.has(fid)) remove(h, fid, t);
    h.arriving = undefined;
    forward(p, f.position);
  }
}

function upsert(h: Held, o: Live, t: Touched): void {
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
