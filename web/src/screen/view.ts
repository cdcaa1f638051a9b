/** The scene in the middle of the wall: it is drawn as often as the machine can, flies, and mends itself. */
import type { LayerSpecification, Map as MapLibre } from 'maplibre-gl';
import type { CaseRow } from '../lib/docket';
import { ink } from '../lib/theme';
import type { Fleet } from './craft';
import { enlarged } from './enlarged';
import { Flight, type Pilot } from './flight';
import { Pace, Watchdog } from './pace';
import type { SavedScene } from './scenes';
import { Stage, type Facts } from './stage';
import { css, daylight, sunAt, type Sun } from './sun';
import type { Gauges } from './water';

/** What the scene asks the page for, and tells it. */
export interface Around {
  scene(): SavedScene;
  live(): boolean;
  gauges(): Gauges;
  open(): CaseRow[];
  covered(): number; // pixels of the map's bottom, by a panel
  broken(is: boolean): void; // the graphics are lost, or back
  restored(): void;
}

/** A frame that does not come is waited for no longer than this, in milliseconds. */
const longest = 3000;

/** Without motion a frame is drawn so often, in milliseconds. */
const calmly = 1000;

/** The sun is looked at so often, in milliseconds. */
const sunEvery = 30_000;

/** Letters of the style are made for a desk; on the wall they are so large by the height of the map's page, in pixels. */
const letters = 660;

/** A page that began anew so short ago does not begin anew again, in milliseconds. */
const restartEvery = 5 * 60_000;
const restarted = 'suhe.restarted';

export class View3D {
  private readonly flight: Flight;
  private readonly stage: Stage;
  private pace = new Pace();
  private readonly watchdog = new Watchdog(Date.now());
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  private sun: Sun;
  private at: number | undefined; // the time whose light is shown; undefined: now
  private shown: string | undefined; // the trouble that is looked at
  private lost = false;
  private kept = false; // the style is the one of before, with all but the stage
  private furnished = ''; // for which scene

  constructor(private readonly map: MapLibre, private readonly facts: Facts, fleet: Fleet, private readonly around: Around) {
    this.sun = sunAt(Date.now(), facts.middle);
    this.flight = new Flight(this.map, facts.course, around.scene().tour, this.calm, around.covered);
    this.stage = new Stage(facts, fleet, () => ['dim', 'severity-1', 'severity-2', 'severity-3', 'severity-4'].map(ink), () => ({
      clock: Date.now(), sun: this.sun, moves: !this.calm, live: around.live(), gauges: around.gauges(), open: around.open(),
      cones: around.scene().cones, bearing: this.map.getBearing(), pitch: this.map.getPitch(),
    }));
    this.map.on('styledata', () => this.furnish());
    this.map.on('webglcontextlost', () => {
      this.lost = true;
      this.stage.dispose();
      around.broken(true);
    });
    this.map.on('webglcontextrestored', () => {
      this.lost = false;
      this.kept = true; // as soon as its style is there it is furnished
      around.broken(false);
    });
    this.map.on('render', () => this.watchdog.frame(Date.now()));
    this.furnish();
    this.beat();
    setInterval(() => this.light(), sunEvery);
    setInterval(() => this.watch(), 5000);
  }

  /** Shows the light of another time, in Unix milliseconds; undefined: of now. For tests. */
  lightOf(at: number | undefined): void {
    this.at = at;
    this.light();
  }

  /** Draws as finely as the screen is, until the machine is found to be slow: for pictures. */
  sharp(): void {
    this.pace = new Pace();
  }

  /** Another saved scene. */
  staged(): void {
    this.flight.fly(this.around.scene().tour);
    this.furnish();
  }

  /** Whether another screen leads. */
  led(is: boolean): void {
    this.flight.led = is;
  }

  /** Looks at trouble; undefined: at none. */
  trouble(row: CaseRow | undefined, now: number): void {
    if (row?.id === this.shown) return;
    this.shown = row?.id;
    this.flight.to(row?.place, now);
  }

  pilot(now: number): Pilot {
    return this.flight.pilot(now);
  }

  /** What is drawn, for tests. */
  state(): { frames: number; sun: Sun; ratio: number; stage: ReturnType<Stage['state']> } {
    return { frames: this.stage.frames, sun: this.sun, ratio: this.map.getPixelRatio(), stage: this.stage.state() };
  }

  /** Puts into a style what the wall adds to it and leaves out of it; a style that is new has none of it. */
  private furnish(): void {
    if (this.lost || !this.map.getLayer('rays')) return; // of a style on its way
    const fresh = !this.map.getLayer(this.stage.id);
    const { name, hidden } = this.around.scene();
    if (!fresh && this.furnished === name) return;
    this.furnished = name;
    const { layers } = this.map.getStyle();
    if (fresh) {
      this.map.addLayer(this.stage, layers.find((l) => l.type === 'symbol')?.id);
      if (this.kept) this.around.restored();
      else this.enlarge(layers);
      this.kept = false;
      this.map.setPaintProperty('movers', 'icon-opacity', 0); // the stage draws them, with every frame
      this.light();
    }
    for (const l of layers) {
      if (!('source' in l)) continue;
      const visibility = hidden.includes(l.source as string) ? 'none' : 'visible';
      if ((this.map.getLayoutProperty(l.id, 'visibility') ?? 'visible') !== visibility) this.map.setLayoutProperty(l.id, 'visibility', visibility);
    }
  }

  private enlarge(layers: LayerSpecification[]): void {
    for (const l of layers) {
      const size = l.type === 'symbol' ? enlarged(l.layout?.['text-size'], innerHeight / letters) : undefined;
      if (size !== undefined) this.map.setLayoutProperty(l.id, 'text-size', size as number);
    }
  }

  /** Lets the map have the sky and the light of the hour. */
  private light(): void {
    this.sun = sunAt(this.at ?? Date.now(), this.facts.middle);
    if (this.lost) return;
    const d = daylight(this.sun.altitude);
    this.map.setLight({ anchor: 'map', color: css(d.light), intensity: d.strength, position: [1.5, this.sun.azimuth, Math.min(80, Math.max(20, 90 - this.sun.altitude))] });
    this.map.setSky({ 'sky-color': css(d.sky), 'horizon-color': css(d.horizon), 'fog-color': css(d.horizon), 'sky-horizon-blend': 0.7, 'horizon-fog-blend': 0.6, 'fog-ground-blend': 0.75 });
  }

  /** One frame, and the next when the machine has time for it. */
  private beat(): void {
    const ratio = this.pace.ratio(this.map.getContainer().clientWidth, this.map.getContainer().clientHeight, devicePixelRatio);
    if (!this.lost && Math.abs(ratio - this.map.getPixelRatio()) > 0.01) this.map.setPixelRatio(ratio);
    let began = performance.now();
    let over = false;
    const done = (): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      this.map.off('render', drawn);
      setTimeout(() => this.beat(), this.calm ? calmly : this.pace.wait());
    };
    // A graphics processor that is behind lets the next frame of the page wait.
    const drawn = (): void => {
      requestAnimationFrame(() => {
        if (over) return;
        this.pace.took(performance.now() - began);
        done();
      });
    };
    const timer = setTimeout(done, longest);
    requestAnimationFrame(() => { began = performance.now(); });
    this.map.once('render', drawn);
    if (!this.lost) {
      this.flight.beat(Date.now());
      this.map.triggerRepaint();
    }
  }

  /** Does something if no frame comes. */
  private watch(): void {
    const what = this.watchdog.watch(Date.now(), document.visibilityState === 'visible');
    if (what === 'nudge' && !this.lost) this.map.redraw();
    if (what === 'restart' && Date.now() - Number(sessionStorage.getItem(restarted) ?? 0) > restartEvery) {
      sessionStorage.setItem(restarted, String(Date.now()));
      location.reload();
    }
  }
}
