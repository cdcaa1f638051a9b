/** Drawing on the map: a new shape point by point, and the points of the chosen one moved. */
import type { MapMouseEvent } from 'maplibre-gl';
import type { LonLat } from '../lib/geo';
import { length, metres } from '../lib/measure';
import type { Lang } from '../lib/i18n';
import { plain, shapeName } from './bench';
import type { PlannerMap } from './map';
import { geometryOf, handles, least, measure, most, moved, rounded, whole, without, type Shape, type ShapeKind } from './shape';

export interface Hooks {
  shapes(): Shape[];
  lang(): Lang;
  drawn(s: Shape): void;
  changed(at: number, s: Shape): void;
  state(): void; // it draws another thing, or none
}

/** A click this near to another is the same, in pixels. */
const same = 8;

export class Pen {
  kind: ShapeKind | undefined; // that is being drawn
  chosen = -1; // whose points may be moved
  private points: LonLat[] = [];
  private at: LonLat | undefined; // where the mouse is
  private held: { point: number; between: boolean; shape: Shape } | undefined; // that is dragged
  private grabbed = false; // the click that ends a drag is for nothing else

  constructor(private readonly plan: PlannerMap, private readonly hooks: Hooks) {
    const { map } = plan;
    map.on('click', (e) => { if (this.kind) this.add([e.lngLat.lng, e.lngLat.lat], e.point); });
    map.on('dblclick', (e) => {
      if (!this.kind) return;
      e.preventDefault();
      this.finish();
    });
    map.on('mousemove', (e) => this.move(e));
    map.on('mousedown', (e) => this.grab(e));
    map.on('mouseup', () => this.drop());
    map.on('contextmenu', (e) => this.take(e));
    addEventListener('keydown', (e) => this.key(e), { capture: true });
  }

  /** Whether a click on the map is for nothing of ours. */
  get free(): boolean {
    if (this.grabbed) {
      this.grabbed = false;
      return false;
    }
    return !this.kind && !this.held;
  }

  start(kind: ShapeKind): void {
    this.kind = kind;
    this.points = [];
    this.chosen = -1;
    this.plan.map.getCanvas().style.cursor = 'crosshair';
    this.plan.map.getCanvas().focus();
    this.draw();
    this.hooks.state();
  }

  choose(at: number): void {
    this.chosen = at;
    this.draw();
    this.hooks.state();
  }

  cancel(): void {
    this.kind = undefined;
    this.points = [];
    this.plan.map.getCanvas().style.cursor = '';
    this.draw();
    this.hooks.state();
  }

  /** Ends the shape, if it is one. */
  finish(): void {
    if (!this.kind) return;
    const s: Shape = { kind: this.kind, points: this.points };
    if (!whole(s)) return;
    this.cancel();
    this.hooks.drawn(s);
  }

  undoPoint(): void {
    this.points = this.points.slice(0, -1);
    this.draw();
  }

  private add(at: LonLat, on?: { x: number; y: number }): void {
    if (!this.kind) return;
    const near = (p: LonLat | undefined): boolean => {
      if (!p || !on) return false;
      const { x, y } = this.plan.map.project(p);
      return Math.hypot(x - on.x, y - on.y) < same;
    };
    if (near(this.points.at(-1))) return; // the second click of two
    if (this.kind === 'polygon' && this.points.length >= least('polygon') && near(this.points[0])) return this.finish();
    this.points = [...this.points, rounded(at)];
    if (this.points.length === most(this.kind)) return this.finish();
    this.draw();
  }

  private key(e: KeyboardEvent): void {
    const typing = e.target instanceof HTMLElement && e.target.closest('input, textarea, select, dialog');
    if (!this.kind || typing) return;
    const pressed = e.target instanceof HTMLElement && e.target.closest('button');
    if (pressed && (e.key === 'Enter' || e.key === ' ')) return; // it is the button's
    const does: Record<string, () => void> = { Enter: () => this.finish(), Escape: () => this.cancel(), Backspace: () => this.undoPoint(), Delete: () => this.undoPoint(), ' ': () => this.add(this.plan.middle()) };
    const act = does[e.key];
    if (!act) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  }

  private move(e: MapMouseEvent): void {
    this.at = [e.lngLat.lng, e.lngLat.lat];
    if (this.held) {
      this.held.shape = moved(this.hooks.shapes()[this.chosen]!, this.held.point, this.held.between, rounded(this.at));
      this.draw();
    } else if (this.kind) this.draw();
    else if (this.chosen >= 0) this.plan.map.getCanvas().style.cursor = this.handleAt(e) ? 'grab' : '';
  }

  /** The handle under the mouse, one of its own points before one between. */
  private handleAt(e: MapMouseEvent): { point: number; between: boolean } | undefined {
    const s = this.hooks.shapes()[this.chosen];
    if (!s || this.kind) return undefined;
    return handles(s).find((h) => {
      const { x, y } = this.plan.map.project(h.at);
      return Math.hypot(x - e.point.x, y - e.point.y) < same;
    });
  }

  private grab(e: MapMouseEvent): void {
    const handle = e.originalEvent.button === 0 ? this.handleAt(e) : undefined;
    const s = this.hooks.shapes()[this.chosen];
    if (!handle || !s) return;
    e.preventDefault(); // the map does not move
    this.held = { ...handle, shape: s };
  }

  private drop(): void {
    const { held } = this;
    if (!held) return;
    this.held = undefined;
    this.grabbed = true;
    if (held.shape !== this.hooks.shapes()[this.chosen] && whole(held.shape)) this.hooks.changed(this.chosen, held.shape);
    this.draw();
  }

  /** Takes a point away. */
  private take(e: MapMouseEvent): void {
    const handle = this.handleAt(e);
    const s = this.hooks.shapes()[this.chosen];
    if (!s || !handle || handle.between) return;
    e.preventDefault();
    const less = without(s, handle.point);
    if (less) this.hooks.changed(this.chosen, less);
  }

  /** Draws the shapes as they are, with the one that is being drawn. */
  draw(): void {
    const lang = this.hooks.lang();
    const shapes = this.hooks.shapes().map((s, i) => (i === this.chosen && this.held ? this.held.shape : s));
    const features = shapes.map((s, i): GeoJSON.Feature => ({ type: 'Feature', geometry: geometryOf(s), properties: { label: `${shapeName(s.kind, i, lang)} ${figure(s)}`.trim(), chosen: i === this.chosen } }));
    if (this.kind) features.push(...this.growing());
    this.plan.draw('shapes', features);
    const s = shapes[this.chosen];
    const points = this.kind ? this.points.map((at, point) => ({ at, point, between: false })) : s ? handles(s) : [];
    this.plan.draw('handles', points.map(({ at, between }) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { between } })));
  }

  /** The shape so far, with where the mouse is as its next point. */
  private growing(): GeoJSON.Feature[] {
    const points = this.at && this.points.length > 0 ? [...this.points, this.at] : this.points;
    if (!this.kind || points.length < 2) return [];
    const s: Shape = { kind: this.kind, points };
    const shown: GeoJSON.Geometry = whole(s) ? geometryOf(s) : { type: 'LineString', coordinates: points };
    const label = whole(s) ? figure(s) : `${plain(length(points), metres(points[0]!, points[1]!) < 100 ? 1 : 0)} m`;
    return [{ type: 'Feature', geometry: shown, properties: { label, chosen: true } }];
  }
}

/** The one figure that a shape is known by. */
export function figure(s: Shape): string {
  const m = measure(s);
  if (m.radius !== undefined) return `r ${told(m.radius)}`;
  if (m.area !== undefined) return square(m.area);
  return m.length === undefined ? '' : told(m.length);
}

/** Metres as they are read: with decimetres up to a kilometre. */
export const told = (m: number): string => (m < 1000 ? `${plain(m, 1)} m` : `${plain(m / 1000, 3)} km`);

/** Square metres as they are read. */
export const square = (m2: number): string => (m2 < 1e6 ? `${plain(m2, m2 < 1000 ? 1 : 0)} m²` : `${plain(m2 / 1e6, 3)} km²`);
