/** Where the phone is. */
import type { LonLat } from '../lib/geo';

export interface Fix { at: LonLat; accuracy: number; heading: number | undefined; speed: number | undefined; time: number }

/** A place older than this is where one was, in milliseconds. */
export const old = 60_000;

export class Here {
  fix: Fix | undefined;
  denied = false;

  /** moved is called with each place that the phone tells. */
  constructor(private readonly moved: () => void) {
    if (!('geolocation' in navigator)) {
      this.denied = true;
      return;
    }
    navigator.geolocation.watchPosition((p) => this.take(p), (e) => this.fail(e), { enableHighAccuracy: true, maximumAge: 5000, timeout: 30_000 });
  }

  /** Asks where the phone is now, which one who stands still is not told. */
  ask(): void {
    if ('geolocation' in navigator) navigator.geolocation.getCurrentPosition((p) => this.take(p), (e) => this.fail(e), { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 });
  }

  private take({ coords: c, timestamp }: GeolocationPosition): void {
    const known = (v: number | null): number | undefined => (v === null || Number.isNaN(v) ? undefined : v);
    this.denied = false;
    this.fix = { at: [c.longitude, c.latitude], accuracy: c.accuracy, heading: known(c.heading), speed: known(c.speed), time: timestamp };
    this.moved();
  }

  private fail(e: GeolocationPositionError): void {
    this.denied = e.code === e.PERMISSION_DENIED;
    this.moved();
  }

  get at(): LonLat | undefined {
    return this.fix?.at;
  }
}
