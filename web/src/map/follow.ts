/** The map goes where another screen looks, until somebody moves it. */
import type { Map as MapLibre } from 'maplibre-gl';
import type { Camera } from '../lib/frames';
import { same } from '../lib/presence';

/** About the time between two cameras of a screen that moves, in milliseconds: so one glide leads into the next. */
const glide = 400;

export class Follow {
  /** Where the map goes; undefined: it follows nobody. */
  private target: Camera | undefined;

  /** moved is called when somebody moves the map by hand. */
  constructor(private readonly map: MapLibre, moved: () => void) {
    for (const kind of ['movestart', 'dragstart', 'zoomstart', 'rotatestart', 'pitchstart', 'wheel'] as const) {
      map.on(kind, (e: { originalEvent?: unknown }) => {
        if (e.originalEvent) moved();
      });
    }
  }

  /** How this screen looks: on its way, where it will look. So two that follow each other come to rest. */
  camera(): Camera {
    if (this.target) return this.target;
    const { lng, lat } = this.map.getCenter().wrap();
    return { lon: lng, lat, zoom: this.map.getZoom(), bearing: this.map.getBearing(), pitch: this.map.getPitch() };
  }

  to(c: Camera): void {
    if (same(c, this.camera())) return;
    this.target = c;
    this.map.easeTo({ center: [c.lon, c.lat], zoom: c.zoom, bearing: c.bearing, pitch: c.pitch, duration: glide, easing: (t) => t });
  }

  /** Follows no more. A glide ends by itself, or by the hand that moves the map: to stop it here would stop that too. */
  stop(): void {
    this.target = undefined;
  }
}
