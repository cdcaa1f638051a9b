/** Who moves the camera: somebody by hand, another screen that is followed, trouble, or the tour; in this order. */
import type { Map as MapLibre } from 'maplibre-gl';
import type { LonLat } from '../lib/geo';
import type { SavedScene } from './scenes';
import { Tour } from './tour';
import type { Course } from './course';

/** How trouble is looked at: so near, and round it by so many degrees a second. */
const look = { zoom: 16.9, pitch: 60, turn: 2.5 };

/** How long a flight takes at most, in milliseconds. */
const longest = 5000;

export type Pilot = 'hand' | 'follow' | 'trouble' | 'tour';

export class Flight {
  private readonly tour: Tour;
  private goal: LonLat | undefined; // the trouble that is looked at
  private landed = 0; // when the flight that is on ends, ms
  private last = NaN;
  private joined = false; // the tour is where the camera is
  /** Another screen leads. */
  led = false;

  /** covered: how much of the map's bottom a panel covers, in pixels. */
  constructor(private readonly map: MapLibre, private readonly course: Course, flight: SavedScene['tour'], private readonly calm: boolean, private readonly covered: () => number) {
    const { lng, lat } = map.getCenter();
    this.tour = new Tour(course, flight, calm, course.foot([lng, lat]).chainage);
    for (const kind of ['movestart', 'mousedown', 'touchstart', 'wheel', 'boxzoomstart'] as const) {
      map.on(kind, (e: { originalEvent?: unknown }) => {
        if (!e.originalEvent) return;
        if (Date.now() < this.landed) map.stop();
        this.landed = 0;
        this.tour.touch(Date.now());
      });
    }
  }

  /** The scene flies otherwise. */
  fly(flight: SavedScene['tour']): void {
    this.tour.fly(flight);
    this.joined = false;
  }

  /** Goes to trouble; undefined: back to the tour. */
  to(place: LonLat | undefined, now: number): void {
    if (place === undefined) {
      if (!this.goal) return;
      this.tour.from(this.course.foot(this.goal).chainage);
      this.goal = undefined;
      return;
    }
    this.goal = place;
    if (this.led) return;
    this.tour.release();
    this.go(place, look.zoom, look.pitch, this.map.getBearing(), this.covered(), now);
  }

  pilot(now: number): Pilot {
    if (this.led) return 'follow';
    if (this.tour.resting(now)) return 'hand';
    return this.goal ? 'trouble' : 'tour';
  }

  /** Moves the camera as is due now. */
  beat(now: number): void {
    const seconds = Number.isNaN(this.last) ? 0 : Math.min(1, (now - this.last) / 1000);
    this.last = now;
    const pilot = this.pilot(now);
    if (pilot !== 'tour') this.joined = false;
    if (pilot === 'follow' || pilot === 'hand' || now < this.landed) return;
    if (pilot === 'trouble') {
      if (!this.calm) this.map.jumpTo({ bearing: this.map.getBearing() + look.turn * seconds, center: this.goal!, padding: { bottom: this.covered() } });
      return;
    }
    const to = this.tour.next(now);
    if (!to) return;
    if (this.joined || this.calm) this.map.jumpTo({ center: [to.lon, to.lat], zoom: to.zoom, pitch: to.pitch, bearing: to.bearing, padding: { bottom: 0 } });
    else this.go([to.lon, to.lat], to.zoom, to.pitch, to.bearing, 0, now);
    this.joined = true;
  }

  private go(center: LonLat, zoom: number, pitch: number, bearing: number, bottom: number, now: number): void {
    this.map.flyTo({ center, zoom, pitch, bearing, padding: { bottom }, maxDuration: longest, ...(this.calm ? { duration: 0 } : {}) });
    if (this.calm) return;
    // A flight that it ended has said so already.
    this.landed = now + longest + 1000;
    this.map.once('moveend', () => { this.landed = 0; });
  }
}
