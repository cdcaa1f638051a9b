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

/** Which of the signs sensors can tell the last hour of, by what they measure, and how several are told as one. */
const told: readonly (readonly [Sign, string, 'mean' | 'max'])[] = [['level', 'water_level', 'mean'], ['rain', 'rainfall', 'max'], ['noise', 'noise', 'mean']];

/** So many sensors are asked for their last hour, spread along the creek: levels and noise differ little between neighbours. */
const asked = 16;

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
    for (const [sign, phenomenon, how] of told) {
      const all = objects.filter((o) => o.layer === 'sensors' && o.summary === 'normal' && o.values[phenomenon] !== undefined);
      const some = all.filter((_, i) => i % Math.ceil(all.length / asked) === 0);
      const bins = new Map<number, number[]>();
      for (const { id } of some) {
        const { samples } = await api.series(id, phenomenon, now - hour).catch(() => ({ samples: [] as [number, number][] }));
        for (const [time, value] of samples) {
          const at = Math.floor(time / step) * step;
          if (at < now - step) bins.set(at, [...(bins.get(at) ?? []), value]);
        }
      }
      const { series } = this.tiles.get(sign)!;
      for (const [at, values] of bins) series.add(at, how === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length);
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
    for (const t of this.tiles.values()) {
      const data = t.series.read(Date.now());
      const { clientWidth: width, clientHeight: height } = t.chart;
      if (width === 0 || data[0].length < 2) continue;
      if (!t.plot) t.plot = plot(t.chart, width, height, data);
      else {
        if (t.plot.width !== width || t.plot.height !== height) t.plot.setSize({ width, height });
        t.plot.setData(data);
      }
    }
  }
}

/** A line without axes: it shows which way a value goes, the number beside it how high it is. */
function plot(into: HTMLElement, width: number, height: number, data: [number[], number[]]): Plot {
  const line = Math.max(2, height / 24);
  return new Plot({
    width, height, legend: { show: false }, cursor: { show: false }, padding: [line, line, line, line],
    axes: [{ show: false }, { show: false }],
    scales: { y: { range: (_, low, high) => (low === high ? [low - 1, high + 1] : [low - (high - low) * 0.15, high + (high - low) * 0.15]) } },
    series: [{}, { stroke: ink('glow'), width: line, fill: ink('wash'), points: { show: false } }],
  }, data, into);
}
