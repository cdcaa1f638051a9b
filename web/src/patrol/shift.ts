/** The shift: from its start to its end the phone notes where it is, and sends it. */
import { ask } from '../lib/ask';
import { distance, type LonLat } from '../lib/geo';
import { Offline, Problem } from '../lib/problem';
import type { PhoneShelf } from '../lib/shelf';
import { throttled } from '../lib/throttle';
import type { Fix } from './here';

export interface Mover { id: string; name: string; class: string }

/** One place of the track: Unix milliseconds, degrees, and what the receiver said of it. */
interface Point { t: number; at: LonLat; accuracy: number; heading?: number; speed?: number }

interface Kept { began: number; ended?: number; mover?: Mover; track: Point[]; sent: number }

/** A place is noted when one has moved so far, or so long after the last; never more often than every other second. */
const step = 4; // metres
const still = 20_000; // milliseconds
const often = 2_000;

/** Receivers that are less sure than this tell nothing of use, in metres. */
const unsure = 100;

/** How often places are sent, in milliseconds, and how many at once. */
const sendEvery = 8_000;
const atOnce = 500;

export class Shift {
  private is: Kept | undefined;
  movers: Mover[] = [];
  private sending = false;
  private readonly save = throttled(() => void this.shelf.keep('shift', this.is).catch(() => undefined), 2000);

  constructor(private readonly shelf: PhoneShelf, private readonly changed: () => void) {
    setInterval(() => void this.send(), sendEvery);
  }

  async open(): Promise<void> {
    this.is = await this.shelf.kept<Kept>('shift');
    this.movers = await this.shelf.kept<Mover[]>('movers') ?? [];
    this.changed();
  }

  /** Asks which movers are this account. */
  async learn(): Promise<void> {
    const { movers } = await ask<{ movers: Mover[] }>('/v1/me/movers');
    this.movers = movers;
    await this.shelf.keep('movers', movers);
    const { is } = this;
    if (is && !is.ended && !is.mover && movers[0]) is.mover = movers[0];
    this.changed();
  }

  get running(): boolean {
    return this.is !== undefined && this.is.ended === undefined;
  }

  get mover(): Mover | undefined {
    return this.is?.mover ?? this.movers[0];
  }

  begin(now: number): void {
    this.is = { began: now, track: [], sent: 0, ...(this.movers[0] ? { mover: this.movers[0] } : {}) };
    this.touched();
  }

  end(now: number): void {
    if (!this.is) return;
    this.is.ended = now;
    this.touched();
    void this.send();
  }

  /** Notes where the phone is, during a shift; says whether that was worth it. */
  note(fix: Fix): boolean {
    if (!this.is || !this.running || fix.accuracy > unsure) return false;
    const last = this.is.track.at(-1);
    const since = last ? fix.time - last.t : Infinity;
    if (since < often || (last && since < still && distance(last.at, fix.at) < step)) return false;
    this.is.track.push({
      t: fix.time, at: fix.at, accuracy: fix.accuracy,
      ...(fix.heading === undefined ? {} : { heading: fix.heading }), ...(fix.speed === undefined ? {} : { speed: fix.speed }),
    });
    this.touched();
    return true;
  }

  track(): LonLat[] {
    return this.is?.track.map((p) => p.at) ?? [];
  }

  /** What there is to tell of it: milliseconds, metres, places noted, and yet to be sent. */
  figures(now: number): { elapsed: number; metres: number; noted: number; unsent: number } {
    const { is } = this;
    if (!is) return { elapsed: 0, metres: 0, noted: 0, unsent: 0 };
    const line = this.track();
    return {
      elapsed: (is.ended ?? now) - is.began, noted: line.length, unsent: is.mover ? line.length - is.sent : 0,
      metres: line.reduce((sum, p, i) => sum + (i > 0 ? distance(line[i - 1]!, p) : 0), 0),
    };
  }

  /** Sends what was noted and not sent, oldest first; the key names the batch, so that it counts once. */
  private async send(): Promise<void> {
    const { is } = this;
    if (!is?.mover || this.sending || is.sent >= is.track.length) return;
    this.sending = true;
    const { mover } = is;
    const batch = is.track.slice(is.sent, is.sent + atOnce);
    try {
      await ask('/v1/me/positions', {
        method: 'POST', headers: { 'Idempotency-Key': `shift-${is.began}-${is.sent}-${batch.length}` },
        body: { positions: batch.map((p) => ({ id: mover.id, time: new Date(p.t).toISOString(), lon: p.at[0], lat: p.at[1], accuracy: p.accuracy, heading: p.heading, speed: p.speed })) },
      });
      is.sent += batch.length;
    } catch (e) {
      if (!(e instanceof Offline || e instanceof Problem)) throw e;
      // What is refused as a whole would be so for ever; all else comes again.
      if (e instanceof Problem && [400, 413, 422].includes(e.status)) is.sent += batch.length;
    } finally {
      this.sending = false;
    }
    this.touched();
  }

  private touched(): void {
    this.save();
    this.changed();
  }
}
