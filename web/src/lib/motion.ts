/**
 * Moving things between two fixes. What is drawn walks from where it was drawn to
 * the last fix and stops there: where a thing will be next is not known, so it is
 * never drawn ahead of what it said.
 */
import type { Live } from './frames';
import { bearing, distance, type LonLat } from './geo';

/** How a thing is drawn. */
export interface Drawn { at: LonLat; heading: number | undefined; track: LonLat[] }

/** A walk takes as long as the fixes were apart, within these bounds, in milliseconds. */
const shortest = 200;
const longest = 10_000;

/** Faster than anything on the creek, in metres a second: not a walk but a jump. */
const jump = 100;

/** What is kept of the way behind. */
const trackAge = 5 * 60_000; // ms
const trackLength = 60; // fixes

/** Less than this, in metres, is no movement that tells where a thing heads. */
const still = 2;

interface Mover {
  from: LonLat;
  to: LonLat;
  turn: [number, number] | undefined; // heading at the beginning and how far it turns, degrees
  began: number;
  takes: number;
  track: { at: LonLat; time: number }[]; // fixes, oldest first; the last is to
}

export class Motion {
  private readonly movers = new Map<number, Mover>();

  /** Takes what an object says now; undefined: it left. now is Unix milliseconds, as for all below. */
  take(fid: number, is: Live | undefined, now: number): void {
    if (!is) {
      this.movers.delete(fid);
      return;
    }
    const to: LonLat = [is.lon, is.lat];
    const was = this.movers.get(fid);
    if (!was) {
      const heading = headingOf(is);
      this.movers.set(fid, { from: to, to, turn: heading === undefined ? undefined : [heading, 0], began: now, takes: 0, track: [{ at: to, time: now }] });
    } else if (to[0] !== was.to[0] || to[1] !== was.to[1]) {
      this.walk(was, to, headingOf(is), now);
    }
  }

  /** How all are drawn, by fid. */
  drawn(now: number): Map<number, Drawn> {
    const out = new Map<number, Drawn>();
    for (const [fid, m] of this.movers) {
      const { at, heading } = place(m, now);
      out.set(fid, { at, heading, track: [...m.track.slice(0, -1).map((f) => f.at), at] });
    }
    return out;
  }

  /** Whether anything is on its way. */
  moving(now: number): boolean {
    for (const m of this.movers.values()) if (now < m.began + m.takes) return true;
    return false;
  }

  private walk(m: Mover, to: LonLat, heading: number | undefined, now: number): void {
    const is = place(m, now);
    const since = now - (m.track.at(-1)?.time ?? now);
    const d = distance(is.at, to);
    const jumps = d > (jump * Math.max(since, 1000)) / 1000;
    const towards = heading ?? (d > still && !jumps ? bearing(is.at, to) : is.heading);
    m.from = jumps ? to : is.at;
    m.to = to;
    m.began = now;
    m.takes = jumps ? 0 : Math.min(longest, Math.max(shortest, since));
    m.turn = towards === undefined ? undefined : [is.heading ?? towards, turned(is.heading ?? towards, towards)];
    if (jumps) m.track = [];
    m.track = [...m.track.filter((f) => now - f.time < trackAge), { at: to, time: now }].slice(-trackLength);
  }
}

/** Where the thing is drawn, and where it heads. */
function place(m: Mover, now: number): { at: LonLat; heading: number | undefined } {
  const t = m.takes > 0 ? Math.min(1, Math.max(0, (now - m.began) / m.takes)) : 1;
  const at: LonLat = t === 1 ? m.to : [m.from[0] + (m.to[0] - m.from[0]) * t, m.from[1] + (m.to[1] - m.from[1]) * t];
  // It turns in the first quarter of its walk.
  const heading = m.turn && (m.turn[0] + m.turn[1] * Math.min(1, t * 4) + 360) % 360;
  return { at, heading };
}

/** The shorter way round from one heading to another, in (-180,180]. */
function turned(from: number, to: number): number {
  const d = (((to - from) % 360) + 360) % 360;
  return d > 180 ? d - 360 : d;
}

/** Degrees clockwise from north, if the object tells it. */
function headingOf(o: Live): number | undefined {
  const h = o.values.heading;
  return h !== undefined && h >= 0 && h < 360 ? h : undefined;
}
