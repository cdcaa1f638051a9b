/** The flight along the creek: down to its end, back, and again. It rests for whoever takes hold of the map. */
import type { LonLat } from '../lib/geo';
import type { Camera } from '../lib/frames';
import type { SavedScene } from './scenes';

/** Where the tour goes; Course is one. */
export interface Path { range: [number, number]; at(chainage: number): { at: LonLat; azimuth: number } }

/** So long after the last touch the tour goes on, in milliseconds. */
export const restsFor = 45_000;

/** Who wants no motion is shown a place for so long, and then another one so far on, in milliseconds and metres. */
const still = { shown: 20_000, step: 600 };

/** The view turns by so many degrees a second at most. */
const turning = 8;

/** A pause of the machine is no leap of the tour, in seconds. */
const longest = 1;

export class Tour {
  private chainage: number;
  private downstream = true;
  private bearing: number | undefined;
  private last = NaN; // when it was asked last, ms
  private touched = -Infinity;
  private stood = NaN; // since when a still view stands, ms

  /** It begins at a chainage. calm: without motion. */
  constructor(private readonly path: Path, private flight: SavedScene['tour'], private readonly calm: boolean, begin = path.range[0]) {
    this.chainage = begin;
  }

  /** Another scene flies otherwise, from where it is. */
  fly(flight: SavedScene['tour']): void {
    this.flight = flight;
  }

  /** Somebody takes hold of the map. now is Unix milliseconds, as for all below. */
  touch(now: number): void {
    this.touched = now;
  }

  /** It need not rest any longer. */
  release(): void {
    this.touched = -Infinity;
  }

  /** Whether somebody has hold of the map, or had a moment ago. */
  resting(now: number): boolean {
    return now - this.touched < restsFor;
  }

  /** Goes on from the chainage. */
  from(chainage: number): void {
    this.chainage = Math.min(this.path.range[1], Math.max(this.path.range[0], chainage));
    this.stood = NaN;
  }

  /** Where the camera is now; undefined while there is nothing to move. */
  next(now: number): Camera | undefined {
    const since = Number.isNaN(this.last) ? 0 : Math.min(longest, Math.max(0, (now - this.last) / 1000));
    this.last = now;
    if (this.resting(now)) return undefined;
    if (this.calm) {
      if (now - this.stood < still.shown) return undefined;
      if (!Number.isNaN(this.stood)) this.walk(still.step);
      this.stood = now;
      return this.camera(Infinity);
    }
    this.walk(this.flight.speed * since);
    return this.camera(turning * since);
  }

  private walk(metres: number): void {
    const [from, to] = this.path.range;
    this.chainage += this.downstream ? metres : -metres;
    if (this.chainage >= to) this.downstream = false;
    if (this.chainage <= from) this.downstream = true;
    this.chainage = Math.min(to, Math.max(from, this.chainage));
  }

  private camera(turn: number): Camera {
    const { at, azimuth } = this.path.at(this.chainage);
    const wanted = azimuth + (this.downstream ? 0 : 180) + this.flight.aside;
    const is = this.bearing ?? wanted;
    const d = ((((wanted - is) % 360) + 540) % 360) - 180;
    this.bearing = (is + Math.min(turn, Math.max(-turn, d)) + 720) % 360;
    return { lon: at[0], lat: at[1], zoom: this.flight.zoom, pitch: this.flight.pitch, bearing: this.bearing };
  }
}
