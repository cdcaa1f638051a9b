/** How the map is drawn: inks are those of the page. */
import type Feature from 'ol/Feature.js';
import type { FeatureLike } from 'ol/Feature.js';
import type RenderFeature from 'ol/render/Feature.js';
import CircleStyle from 'ol/style/Circle.js';
import Fill from 'ol/style/Fill.js';
import Icon from 'ol/style/Icon.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';
import Text from 'ol/style/Text.js';
import { ink } from '../lib/theme';
import { iconPath } from './icons';

const names = [
  'ground', 'land', 'water', 'bank', 'deck', 'house', 'house-edge', 'border', 'name', 'halo', 'me', 'way', 'track',
] as const;

export type Inks = Record<typeof names[number], string>;

const font = "600 13px 'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif";

/** From these resolutions, in metres a pixel, on something is drawn or named. */
const closer = { houses: 10, names: 12, bridges: 20 };

export class Dress {
  readonly inks: Inks = Object.fromEntries(names.map((n) => [n, ink(`map-${n}`)])) as Inks;
  private readonly pins = new Map<string, Style[]>();
  private readonly severities = ['', '1', '2', '3', '4'].map((s) => ink(s ? `severity-${s}` : 'dim'));
  private readonly paper = ink('paper');
  private readonly print = ink('print');
  private readonly states: Record<string, string> = { normal: ink('good'), fault: ink('bad'), invalid: ink('bad') };
  private readonly unsure = ink('dim');
  private readonly accuracy = new Style({ fill: new Fill({ color: ink('wash') }), stroke: new Stroke({ color: this.inks.me, width: 1 }) });
  private readonly lines: Record<string, Style[]> = {
    way: [new Style({ stroke: new Stroke({ color: this.inks.halo, width: 11, lineCap: 'round', lineJoin: 'round' }) }), new Style({ stroke: new Stroke({ color: this.inks.way, width: 7, lineCap: 'round', lineJoin: 'round' }) })],
    straight: [new Style({ stroke: new Stroke({ color: this.inks.way, width: 6, lineCap: 'round', lineDash: [2, 12] }) })],
    track: [new Style({ stroke: new Stroke({ color: this.inks.track, width: 4, lineCap: 'round', lineJoin: 'round', lineDash: [1, 8] }) })],
  };

  style(f: Feature): Style | Style[] {
    const kind = f.get('kind') as string;
    switch (kind) {
      case 'accuracy':
        return this.accuracy;
      case 'me':
        return this.meStyle(f.get('heading') as number | undefined);
      case 'way':
      case 'straight':
      case 'track':
        return this.lines[kind]!;
      default:
        return this.pin(f, kind);
    }
  }

  private meStyle(heading: number | undefined): Style[] {
    const dot = new Style({ image: new CircleStyle({ radius: 9, fill: new Fill({ color: this.inks.me }), stroke: new Stroke({ color: this.paper, width: 3 }) }), zIndex: 10 });
    return heading === undefined ? [dot] : [new Style({ image: new Icon({ img: cone(this.inks.me), rotation: (heading * Math.PI) / 180, rotateWithView: true }), zIndex: 9 }), dot];
  }

  private pin(f: Feature, kind: string): Style[] {
    const [of, severity, state, chosen] = [f.get('class') as string, f.get('severity') as number, f.get('state') as string, f.get('chosen') as boolean];
    const key = [kind, of, severity, state, chosen].join();
    let made = this.pins.get(key);
    if (!made) {
      if (kind === 'thing') {
        const color = this.states[state] ?? this.unsure;
        made = [new Style({ image: new CircleStyle({ radius: chosen ? 9 : 6, fill: new Fill({ color }), stroke: new Stroke({ color: this.paper, width: 2 }) }), zIndex: 1 })];
      } else {
        const color = this.severities[severity] ?? this.unsure;
        const size = kind === 'task' ? 22 : 16;
        made = [new Style({ image: new Icon({ img: badge(of, color, severity === 2 || severity === 3 ? this.print : this.paper, this.paper, chosen ? size + 6 : size) }), zIndex: kind === 'task' ? 4 : 3 })];
      }
      this.pins.set(key, made);
    }
    return made;
  }
}

/** A canvas that is drawn on from its middle; OpenLayers shows it pixel by pixel. */
function canvas(radius: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const c = document.createElement('canvas');
  c.width = c.height = radius * 2;
  const g = c.getContext('2d');
  if (!g) throw new Error('no canvas');
  g.translate(radius, radius);
  return [c, g];
}

/** A round badge with the picture of a class; r is its radius. */
function badge(of: string, color: string, line: string, rim: string, r: number): HTMLCanvasElement {
  const [c, g] = canvas(r + 2);
  g.beginPath();
  g.arc(0, 0, r, 0, Math.PI * 2);
  g.fillStyle = color;
  g.fill();
  g.lineWidth = 3;
  g.strokeStyle = rim;
  g.stroke();
  const scale = (r * 1.3) / 24;
  g.scale(scale, scale);
  g.translate(-12, -12);
  g.lineWidth = 2.2;
  g.lineCap = g.lineJoin = 'round';
  g.strokeStyle = line;
  g.stroke(iconPath(of));
  return c;
}

/** Where the phone looks to: a cone to the north. */
function cone(color: string): HTMLCanvasElement {
  const [c, g] = canvas(40);
  g.beginPath();
  g.moveTo(0, 0);
  g.arc(0, 0, 38, -Math.PI * 0.66, -Math.PI * 0.34);
  g.closePath();
  g.globalAlpha = 0.45;
  g.fillStyle = color;
  g.fill();
  return c;
}

/** The creek itself, by its layers. */
export function groundStyle(inks: Inks): (f: FeatureLike, resolution: number) => Style | Style[] | undefined {
  const fill = (color: string, edge?: string, width = 1): Style => new Style({ fill: new Fill({ color }), ...(edge ? { stroke: new Stroke({ color: edge, width }) } : {}) });
  const water = fill(inks.water);
  const area = new Style({ fill: new Fill({ color: inks.land }), stroke: new Stroke({ color: inks.border, width: 1, lineDash: [6, 5] }) });
  const house = fill(inks.house, inks['house-edge']);
  const deck = fill(inks.deck, inks['house-edge']);
  const deckLine = new Style({ stroke: new Stroke({ color: inks.deck, width: 5 }) });
  const bank = new Style({ stroke: new Stroke({ color: inks.bank, width: 2.5 }) });
  const bankNear = new Style({ stroke: new Stroke({ color: inks.bank, width: 4 }) });
  const named = (text: string, weight: number): Style => new Style({
    text: new Text({ text, font, fill: new Fill({ color: inks.name }), stroke: new Stroke({ color: inks.halo, width: 4 }), overflow: true, padding: [2, 4, 2, 4] }), zIndex: weight,
  });
  const labels = new Map<string, Style>();
  const label = (f: FeatureLike, weight: number): Style | undefined => {
    const text = f.get('name') as string | undefined;
    if (!text) return undefined;
    let made = labels.get(text);
    if (!made) labels.set(text, (made = named(text, weight)));
    return made;
  };
  const labelled = (shape: Style, name: Style | undefined): Style[] => (name ? [shape, name] : [shape]);
  return (f, resolution) => {
    switch (f.get('layer')) {
      case 'areas': return area;
      case 'water': return water;
      case 'banks': return resolution < 2 ? bankNear : bank;
      case 'bridges': {
        const shape = (f as RenderFeature).getType() === 'Polygon' ? deck : deckLine;
        return labelled(shape, resolution < closer.bridges ? label(f, 3) : undefined);
      }
      case 'buildings': return resolution < closer.houses ? house : undefined;
      case 'landmarks': return resolution < closer.names ? label(f, 2) : undefined;
      default: return undefined;
    }
  };
}
