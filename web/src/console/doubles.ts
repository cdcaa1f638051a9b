/** Two incidents that may be the same, side by side: what each says, where, when, with which photos; merged by a press, and parted again. */
import * as cases from '../lib/cases';
import { channelWord, say as caseWord, severityWord } from '../lib/casewords';
import { button, make, say as put } from '../lib/dom';
import { distance } from '../lib/geo';
import { stateWord, word, type Lang } from '../lib/i18n';
import { Problem } from '../lib/problem';
import { instant, stamp } from '../lib/time';
import { gallery } from '../cases/files';
import { span } from './entry';
import { tooLate } from './meanwhile';
import type { Pins } from './pins';
import { said, type DeskWord } from './words';

export interface Around {
  lang(): Lang;
  className(code: string): string;
  areaName(code: string): string;
  show(one: cases.Incident, other: cases.Incident): void; // on the map
  closed(): void;
}

export class Doubles {
  private one: cases.Incident | undefined;
  private other: cases.Incident | undefined;
  private of: string[] = []; // that may be the same, the nearest first
  private at = 0;
  private undo: { from: string; into: string } | undefined;
  private busy = false;
  private readonly told = make('p', { className: 'told', role: 'status' });

  constructor(private readonly panel: HTMLElement, private readonly pins: Pins, private readonly around: Around) {}

  get open(): boolean {
    return this.one !== undefined;
  }

  /** Compares an incident with those that may be the same; whether there are any. */
  async begin(id: string): Promise<boolean> {
    const one = await cases.incident(id);
    const of = (one.doubles ?? []).map((d) => d.id);
    if (of.length === 0) return false;
    this.of = of;
    this.at = 0;
    this.undo = undefined;
    put(this.told, '');
    await this.load(one);
    this.panel.querySelector<HTMLElement>('h2')?.focus();
    return true;
  }

  close(): void {
    if (!this.one) return;
    this.one = this.other = this.undo = undefined;
    this.pins.tie([]);
    this.panel.hidden = true;
    this.around.closed();
  }

  speak(): void {
    if (this.one) this.draw();
  }

  private async load(one: cases.Incident): Promise<void> {
    const other = await cases.incident(this.of[this.at] ?? '');
    this.one = one;
    this.other = other;
    this.draw();
    const [a, b] = [one.what.place, other.what.place];
    this.pins.tie([{ from: a, to: b, text: caseWord('metres', this.around.lang(), { n: Math.round(distance(a, b)) }) }]);
    this.around.show(one, other);
  }

  private draw(): void {
    const { one, other } = this;
    if (!one || !other) return;
    const lang = this.around.lang();
    const heading = make('h2', { id: 'doubles-title', tabIndex: -1 }, `${said('pairTitle', lang)} · ${said('pairOf', lang, { n: this.at + 1, all: this.of.length })}`);
    const [t, u] = [one, other].map((i) => instant(i.tally?.begun ?? i.sources[0]?.at) ?? 0) as [number, number];
    const apart = said('pairApart', lang, { d: Math.round(distance(one.what.place, other.what.place)), t: span(t - u) });
    this.panel.setAttribute('aria-labelledby', heading.id);
    this.panel.replaceChildren(
      make('header', {}, heading, button(word('close', lang), () => this.close())),
      make('p', { className: 'apart' }, apart),
      this.table(one, other, lang),
      ...(this.undo ? [] : [this.ways(one, other, lang)]), this.told,
      ...(this.undo ? [make('div', { className: 'ways' }, button(said('undo', lang), () => void this.unmerge(), 'primary'), ...this.nextWay(lang))] : []));
    this.panel.hidden = false;
  }

  private table(one: cases.Incident, other: cases.Incident, lang: Lang): HTMLElement {
    const time = (i: cases.Incident): string => {
      const at = instant(i.tally?.begun ?? i.sources[0]?.at);
      return at === undefined ? '' : stamp(at);
    };
    const rows: [string, (i: cases.Incident) => Node | string][] = [
      [word('id', lang), (i) => i.id], [said('title', lang), (i) => i.what.title], [caseWord('state', lang), (i) => stateWord(i.state, lang)],
      [said('severity', lang), (i) => severityWord(i.what.severity, lang)], [word('class', lang), (i) => this.around.className(i.what.class)],
      [said('found', lang), time], [said('channels', lang), (i) => [...new Set(i.sources.map((s) => channelWord(s.channel, lang)))].join('、')],
      [word('area', lang), (i) => this.around.areaName(i.what.area ?? '')], [said('address', lang), (i) => i.what.address ?? ''], [said('text', lang), (i) => i.what.text ?? ''],
      [said('photos', lang), (i) => {
        const all = gallery(i, lang);
        return all.length > 0 ? make('div', {}, make('h3', { className: 'unseen' }, said('photos', lang)), ...all) : said('noPhoto', lang);
      }],
    ];
    return make('div', { className: 'scroll', tabIndex: 0, ariaLabel: said('pairTitle', lang), role: 'region' }, make('table', {},
      make('thead', {}, make('tr', {}, make('td'), make('th', { scope: 'col' }, said('pairLeft', lang)), make('th', { scope: 'col' }, said('pairRight', lang)))),
      make('tbody', {}, ...rows.map(([name, value]) => {
        const [a, b] = [value(one), value(other)];
        const row = make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, a), make('td', {}, b));
        row.classList.toggle('same', typeof a === 'string' && a === b);
        return row;
      }))));
  }

  private ways(one: cases.Incident, other: cases.Incident, lang: Lang): HTMLElement {
    const why = make('input', { id: 'merge-why', maxLength: 500, autocomplete: 'off' });
    const may = (i: cases.Incident): boolean => i.may?.includes('merge') === true && (i.members ?? []).length === 0;
    const into = (key: DeskWord, from: cases.Incident, to: cases.Incident): HTMLButtonElement => {
      const b = button(said(key, lang), () => void this.merge(from, to, why.value.trim()), 'primary');
      b.disabled = !may(from);
      b.dataset.into = to.id;
      return b;
    };
    return make('div', { className: 'merge' }, make('label', { htmlFor: why.id }, said('mergeWhy', lang)), why,
      make('div', { className: 'ways' }, ...this.nextWay(lang), into('keepLeft', other, one), into('keepRight', one, other)));
  }

  private nextWay(lang: Lang): HTMLElement[] {
    return this.of.length < 2 ? [] : [button(said('next', lang), () => void this.go())];
  }

  private async go(): Promise<void> {
    const { one } = this;
    if (!one) return;
    this.at = (this.at + 1) % this.of.length;
    this.undo = undefined;
    put(this.told, '');
    await this.do(one.id, async () => this.load(await cases.incident(one.id)));
  }

  private merge(from: cases.Incident, into: cases.Incident, reason: string): Promise<void> {
    return this.do(from.id, async () => {
      await cases.act('incident', from.id, 'merge', { into: into.id, ...(reason ? { reason } : {}) }, from.rev);
      this.undo = { from: from.id, into: into.id };
      await this.renew();
      this.tell(said('merged', this.around.lang(), this.undo), false);
    });
  }

  private unmerge(): Promise<void> {
    return this.do(this.undo?.from ?? '', async () => {
      const { undo } = this;
      if (!undo) return;
      const from = await cases.incident(undo.from);
      await cases.act('incident', from.id, 'unmerge', {}, from.rev);
      this.undo = undefined;
      await this.renew();
      this.tell(said('unmerged', this.around.lang(), { from: from.id }), false);
    });
  }

  /** Shows both as they are now. */
  private async renew(): Promise<void> {
    const { one, other } = this;
    if (!one || !other) return;
    [this.one, this.other] = await Promise.all([cases.incident(one.id), cases.incident(other.id)]);
    this.draw();
  }

  /** Does something with an incident that may fail, one thing at a time; where somebody else was faster both are shown as they are now. */
  private async do(of: string, what: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const lang = this.around.lang();
    try {
      await what();
    } catch (e) {
      const changed = e instanceof Problem && (e.status === 412 || e.status === 409);
      if (changed) await this.renew().catch(() => undefined);
      const why = changed ? `${await tooLate(of, lang)} (${e.message})` : e instanceof Problem ? e.message : caseWord('away', lang);
      this.tell(caseWord('refused', lang) + why, true);
    } finally {
      this.busy = false;
    }
  }

  private tell(text: string, bad: boolean): void {
    this.told.dataset.trouble = String(bad);
    put(this.told, text);
  }
}
