/** The card: all that is known of one thing, with its latest values and how they went. */
import type uPlot from 'uplot';
import * as api from '../lib/api';
import { button, make } from '../lib/dom';
import { choose, isWord, stateWord, word, type Lang } from '../lib/i18n';
import type { Touched } from '../lib/picture';
import { Problem } from '../lib/problem';
import type { Reason } from '../lib/purpose';
import type { Action } from '../lib/session';
import { sightAt, type Sight } from '../lib/sight';
import { ink } from '../lib/theme';
import { clock, instant } from '../lib/time';
import { eyes } from './eyes';
import { moverLayer } from './movers';
import type { Picked } from './scene';
import type { Why } from './why';

/** What the card needs around it. */
export interface Around {
  tables: api.Tables;
  lang(): Lang;
  why: Why;
  may(action: Action): boolean;
  changed(): void; // another thing is shown, or none
  trail(track: api.Track | undefined): void; // draws where somebody was
  rays(s: Sight | undefined): void; // draws which cameras see the thing
}

/** The layers whose things are looked at for a reason. */
const guarded = ['cameras', moverLayer];

/** How far back a track is asked for, in minutes. */
const trackMinutes = 30;

export class Card {
  private asset: api.Asset | undefined;
  private reason: Reason | undefined;
  private chart: uPlot | undefined;
  private samples: [number[], number[]] = [[], []];
  private asked = '';

  constructor(private readonly panel: HTMLElement, private readonly around: Around) {}

  /** The fid of what is shown, 0 for nothing. */
  get fid(): number {
    return this.asset?.fid ?? 0;
  }

  get open(): boolean {
    return !this.panel.hidden;
  }

  /** Shows a thing; of a camera and of what moves it asks first what for: for an incident if its number is given. */
  async show({ id, layer, name }: Picked, incident = ''): Promise<void> {
    const needs = guarded.includes(layer);
    const reason = needs ? await this.around.why.ask(name, incident) : undefined;
    if (needs && !reason) return;
    this.around.trail(undefined);
    this.around.rays(undefined);
    await this.fetch(id, reason);
  }

  private async fetch(id: string, reason: Reason | undefined): Promise<void> {
    this.asked = id;
    try {
      const asset = await api.asset(id, reason);
      if (this.asked !== id) return; // another was picked meanwhile
      this.asset = asset;
      this.reason = reason;
      this.draw();
      this.around.changed();
      const first = asset.sensor?.measures?.[0];
      if (first) await this.draws(id, first.phenomenon);
    } catch (e) {
      // Of a server that is away the sign tells; what was shown stays.
      if (e instanceof Problem && this.asked === id) this.refused(e);
    }
  }

  hide(): void {
    this.asked = '';
    this.asset = undefined;
    this.chart?.destroy();
    this.chart = undefined;
    this.panel.hidden = true;
    this.around.trail(undefined);
    this.around.rays(undefined);
    this.around.changed();
  }

  /** Shows everything again, in the language of now. */
  speak(): void {
    if (this.asset) void this.fetch(this.asset.id, this.reason);
  }

  /** Draws the chart again, in the colours of now. */
  dress(): void {
    this.speak();
  }

  /** Takes a new value of the thing that is shown. */
  take(t: Touched): void {
    const is = t.changes.find((c) => c.is && c.is.fid === this.asset?.fid)?.is;
    if (!is || !this.asset) return;
    this.asset = { ...this.asset, state: is.state as NonNullable<api.Asset['state']>, summary: is.summary, values: is.values };
    for (const cell of this.panel.querySelectorAll<HTMLElement>('[data-phenomenon]')) {
      const value = is.values[cell.dataset.phenomenon ?? ''];
      if (value !== undefined) cell.textContent = this.said(cell.dataset.phenomenon ?? '', value);
    }
    const first = this.asset.sensor?.measures?.[0];
    const value = first && is.values[first.phenomenon];
    if (!this.chart || is.time === undefined || value === undefined) return;
    if (is.time / 1000 <= (this.samples[0].at(-1) ?? 0)) return;
    this.samples[0].push(is.time / 1000);
    this.samples[1].push(value);
    this.chart.setData(this.samples);
  }

  private draw(): void {
    const a = this.asset;
    if (!a) return;
    const lang = this.around.lang();
    this.chart?.destroy();
    this.chart = undefined;
    const head = make('header', {}, make('h2', {}, a.name || a.id), button(word('close', lang), () => this.hide()));
    this.panel.replaceChildren(head, this.facts(a, lang));
    if (a.sensor) this.panel.append(this.values(a));
    if (a.kind === 'mover' && this.around.may('dispatch')) this.panel.append(this.track(a.id, lang));
    this.panel.append(...this.seen(a, lang));
    if (this.reason) this.panel.append(this.recorded(this.reason, lang));
    this.panel.hidden = false;
  }

  /** Says why a thing is not shown. */
  private refused(p: Problem): void {
    this.hide();
    const lang = this.around.lang();
    this.panel.replaceChildren(make('header', {}, make('p', {}, word('refusedView', lang) + p.message), button(word('close', lang), () => this.hide())));
    this.panel.hidden = false;
  }

  private facts(a: api.Asset, lang: Lang): HTMLElement {
    const named = this.around.tables.classes.find((c) => c.code === a.class);
    const rows: [string, string][] = [
      [word('id', lang), a.id],
      [word('class', lang), named ? choose([named.name, named.nameEn], lang) : a.class],
    ];
    if (a.area) rows.push([word('area', lang), a.area]);
    if (a.chainage !== undefined) rows.push([word('chainage', lang), `${a.chainage.toFixed(0)} m${a.bank ? ` ${word(a.bank, lang)}` : ''}`]);
    if (a.owner) rows.push([word('owner', lang), a.owner]);
    if (a.state && (a.kind === 'sensor' || a.kind === 'camera')) {
      for (const key of ['communication', 'data', 'service'] as const) if (isWord(key)) rows.push([word(key, lang), stateWord(a.state[key], lang)]);
    }
    return pairs(rows);
  }

  /** Tells which cameras see what stands at one place; of what moves it would be old at once. */
  private seen(a: api.Asset, lang: Lang): HTMLElement[] {
    if (a.geometry?.type !== 'Point' || a.kind === 'mover' || a.kind === 'camera') return [];
    const [lon = 0, lat = 0] = a.geometry.coordinates;
    return [eyes(() => sightAt([lon, lat]), {
      rays: (s) => this.around.rays(s), look: (id, name) => void this.show({ id, layer: 'cameras', name }),
    }, lang)];
  }

  /** Shows where somebody was, on the map. */
  private track(id: string, lang: Lang): HTMLElement {
    const told = make('p', { className: 'hint', role: 'status' });
    const show = button(word('track', lang), () => {
      if (!this.reason) return;
      api.track(id, trackMinutes, this.reason).then((track) => {
        this.around.trail(track);
        told.textContent = track.geometry ? '' : word('noTrack', lang);
      }, (e: Error) => { told.textContent = word('refusedView', lang) + e.message; });
    });
    return make('div', { className: 'track' }, show, told);
  }

  /** Says for what this is looked at; another reason is asked for at the next look. */
  private recorded({ purpose, incident }: Reason, lang: Lang): HTMLElement {
    return make('p', { className: 'recorded' }, `${word('purpose', lang)} ${[purpose, incident].filter(Boolean).join(' · ')}`,
      button(word('forgetReason', lang), () => {
        this.around.why.forget();
        this.hide();
      }));
  }

  private values(a: api.Asset): HTMLElement {
    const lang = this.around.lang();
    const list = pairs(Object.entries(a.values ?? {}).map(([code, value]) => {
      const p = this.around.tables.phenomena.find((x) => x.code === code);
      const at = instant(a.times?.[code]);
      return [`${p ? choose([p.name, p.nameEn], lang) : code} ${at ? clock(at) : ''}`, this.said(code, value)];
    }));
    list.classList.add('values');
    Object.keys(a.values ?? {}).forEach((code, i) => {
      const cell = list.querySelectorAll('dd')[i];
      if (cell) {
        cell.dataset.phenomenon = code;
        cell.classList.add('value');
      }
    });
    return list;
  }

  private said(code: string, value: number): string {
    const p = this.around.tables.phenomena.find((x) => x.code === code);
    return `${value} ${p ? p.unit : ''}`.trim();
  }

  /** Draws the last hours; the chart's code is loaded when it is first needed. */
  private async draws(id: string, phenomenon: string): Promise<void> {
    const [{ default: Plot }, series] = await Promise.all([import('uplot'), api.series(id, phenomenon), import('uplot/dist/uPlot.min.css')]);
    if (this.asset?.id !== id) return;
    this.samples = [series.samples.map((s) => s[0] / 1000), series.samples.map((s) => s[1])];
    const box = document.createElement('div');
    box.className = 'chart';
    this.panel.append(box);
    const axis = { stroke: ink('dim'), grid: { stroke: ink('grid') }, ticks: { stroke: ink('grid') } };
    this.chart = new Plot({
      width: Math.max(240, this.panel.clientWidth - 40), height: 160, legend: { show: false },
      tzDate: (s) => Plot.tzDate(new Date(s * 1000), 'Asia/Shanghai'),
      series: [{}, { label: phenomenon, stroke: ink('glow'), width: 2, fill: ink('wash') }],
      axes: [{ ...axis, values: (_, ticks) => ticks.map((t) => clock(t * 1000).slice(0, 5)) }, { ...axis, size: 56 }],
    }, this.samples, box);
  }
}

function pairs(rows: [string, string][]): HTMLElement {
  return make('dl', {}, ...rows.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
}
