/** Vital signs (城市体征): each large, with its last hour. */
import Plot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import * as api from '../lib/api';
import { make, say } from '../lib/dom';
import type { Live } from '../lib/frames';
import { word, type Lang } from '../lib/i18n';
import { signs, units, type Sign } from '../lib/signs';
import { ink } from '../lib/theme';
import { hour, Series, step } from './series';

/** Which of the signs sensors can tell the last hour of: by what they measure, how several are told as one, and what can be: a broken one tells of −9999 m. */
const told: readonly { sign: Sign; phenomenon: string; how: 'mean' | 'max'; range: readonly [number, number] }[] = [
  { sign: 'level', phenomenon: 'water_level', how: 'mean', range: [-3, 10] }, { sign: 'rain', phenomenon: 'rainfall', how: 'max', range: [0, 300] },
  { sign: 'noise', phenomenon: 'noise', how: 'mean', range: [10, 140] },
];

/** Their values are told together by the minute, in milliseconds, and only where half of them have one: few would tell of something else. */
const minute = 60_000;

/** So many sensors are asked for their last hour at most, spread along the creek. */
const asked = 60;

/** A line that is drawn finer than this, in the sign's unit, shows only noise. */
const least: Record<Sign, number> = { level: 0.4, highest: 0.4, rain: 4, noise: 8, online: 6, troubled: 8 };

interface Tile { box: HTMLElement; name: HTMLElement; value: HTMLElement; unit: HTMLElement; chart: HTMLElement; plot: Plot | undefined; series: Series }

export class Vitals {
  private readonly tiles = new Map<Sign, Tile>();
  private drawn = -Infinity;
  private recalled = false;

  constructor(private readonly list: HTMLElement) {
    for (const sign of Object.keys(units) as Sign[]) {
      const [name, value, unit, chart] = [make('dt'), make('span', { className: 'value' }), make('span', { className: 'unit' }), make('span', { className: 'chart', ariaHidden: 'true' })];
      const box = make('div', {}, name, make('dd', {}, value, unit, chart));
      value.dataset.sign = sign;
      this.tiles.set(sign, { box, name, value, unit, chart, plot: undefined, series: new Series() });
      list.append(box);
    }
    new ResizeObserver(() => this.redraw()).observe(list);
  }

  /** Puts the signs in an order. */
  order(first: Sign[]): void {
    for (const sign of first) this.list.append(this.tiles.get(sign)!.box);
  }

  /** Takes what is so now, in Unix milliseconds; live: what is old says nothing of now. */
  take(objects: Live[], now: number, live: boolean, lang: Lang): void {
    const is = signs(objects);
    for (const [sign, t] of this.tiles) {
      const [digits, unit] = units[sign];
      say(t.name, word(sign, lang));
      say(t.value, Number.isNaN(is[sign]) ? '–' : is[sign].toFixed(digits === 3 ? 2 : digits));
      say(t.unit, unit);
      if (live) t.series.add(now, is[sign]);
    }
    if (now - this.drawn < step / 3) return;
    this.drawn = now;
    this.redraw();
  }

  /** Learns from the sensors what was before this page began; what cannot be had stays away. */
  async recall(objects: Live[], now: number): Promise<void> {
    if (this.recalled) return;
    this.recalled = true;
    for (const { sign, phenomenon, how, range: [low, high] } of told) {
      const all = objects.filter((o) => o.layer === 'sensors' && o.summary !== 'invalid' && o.values[phenomenon] !== undefined);
      const some = all.filter((_, i) => i % Math.ceil(all.length / asked) === 0);
      const minutes = new Map<number, Map<string, number>>();
      for (const { id } of some) {
        const { samples } = await api.series(id, phenomenon, now - hour).catch(() => ({ samples: [] as [number, number][] }));
        for (const [time, value] of samples) {
          const at = Math.floor(time / minute) * minute;
          if (at > now - minute || value < low || value > high) continue;
          if (!minutes.has(at)) minutes.set(at, new Map());
          minutes.get(at)!.set(id, value);
        }
      }
      const { series } = this.tiles.get(sign)!;
      for (const [at, those] of minutes) {
        if (those.size < some.length / 2) continue;
        const values = [...those.values()];
        series.add(at, how === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length);
      }
    }
    this.redraw();
  }

  /** Draws in the inks of another theme. */
  dress(): void {
    for (const t of this.tiles.values()) {
      t.plot?.destroy();
      t.plot = undefined;
    }
    this.redraw();
  }

  /** How many values are kept of all signs. */
  get size(): number {
    return [...this.tiles.values()].reduce((n, t) => n + t.series.size, 0);
  }

  private redraw(): void {
    for (const [sign, t] of this.tiles) {
      const data = t.series.read(Date.now());
      const { clientWidth: width, clientHeight: height } = t.chart;
      if (width === 0 || data[0].length < 2) continue;
      if (!t.plot) t.plot = plot(t.chart, width, height, data, least[sign]);
      else {
        if (t.plot.width !== width || t.plot.height !== height) t.plot.setSize({ width, height });
        t.plot.setData(data);
      }
    }
  }
}

/** A line without axes: it shows which way a value goes, the number beside it how high it is. */
function plot(into: HTMLElement, width: number, height: number, data: [number[], number[]], finest: number): Plot {
  const line = Math.max(2, height / 24);
  return new Plot({
    width, height, legend: { show: false }, cursor: { show: false }, padding: [line, line, line, line],
    axes: [{ show: false }, { show: false }],
    scales: { y: { range: (_, low, high) => around(low, high, finest) } },
    series: [{}, { stroke: ink('glow'), width: line, fill: ink('wash'), points: { show: false } }],
  }, data, into);
}

/** The range that is drawn: what there is with some air, and never less than so much. */
function around(low: number, high: number, finest: number): [number, number] {
  const air = Math.max((high - low) * 0.15, (finest - (high - low)) / 2);
  return [low - air, high + air];
}
