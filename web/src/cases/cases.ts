/** Alarms and incidents on the screen: the list, the card, and what makes itself seen. */
import type { Named, Tables } from '../lib/api';
import * as api from '../lib/cases';
import { Docket, folded, passes, urgent, type CaseKind, type CaseRow, type Filter } from '../lib/docket';
import { button, make } from '../lib/dom';
import type { LonLat } from '../lib/geo';
import { stateWord, word, type Lang } from '../lib/i18n';
import type { Touched } from '../lib/picture';
import type { Sight } from '../lib/sight';
import { throttled } from '../lib/throttle';
import { AreaNames } from '../map/areas';
import { Banner } from './banner';
import { CaseCard } from './card';
import { CaseList } from './list';
import { named } from './parts';
import { ReportForm } from './report';
import { Statistics } from './statistics';
import { say } from '../lib/casewords';

export interface Parts { button: HTMLElement; panel: HTMLElement; title: HTMLElement; filter: HTMLElement; ways: HTMLElement; list: HTMLElement; note: HTMLElement; card: HTMLElement; banner: HTMLElement }

export interface Around {
  kinds: CaseKind[]; // that somebody sees
  tables: Tables;
  lang(): Lang;
  mayReport: boolean;
  middle(): LonLat; // of what the map shows
  place(): Promise<LonLat | undefined>; // of the next click on the map
  go(place: LonLat, right: number, bottom: number): void; // the map goes there, beside what is covered
  rays(s: Sight | undefined): void; // draws which cameras see a place
  look(id: string, name: string, incident: string): void; // through a camera, for an incident if there is one
  changed(): void;
}

/** How often the list changes at most while events come, in milliseconds. */
const drawEvery = 200;

/** From this width on the list is open unless it was closed. */
const wide = 1200;

const key = 'suhe.cases';

export class Cases {
  private readonly docket = new Docket();
  private readonly list: CaseList;
  private readonly card: CaseCard;
  private readonly banner: Banner;
  private readonly filter: Filter = { kind: '', state: '' };
  private readonly soon = throttled(() => this.draw(), drawEvery);
  private past: CaseRow[] = []; // incidents that were over when they were last asked for
  private classes: Named[] = [];
  private channels: string[] = [];
  private readonly report: ReportForm;
  private readonly statistics: Statistics;
  private readonly areas = new AreaNames(() => this.card.speak());

  constructor(private readonly parts: Parts, private readonly around: Around) {
    this.list = new CaseList(parts.list, (row) => this.open(row));
    this.banner = new Banner(parts.banner, around.lang, (row) => this.open(row));
    this.card = new CaseCard(parts.card, {
      names: () => ({ lang: around.lang(), className: (code) => this.className(code), phenomenon: (code) => this.phenomenon(code), areaName: (code) => this.areas.of(code) }),
      mayReport: around.mayReport, stormOf: (id) => this.stormOf(id), look: around.look, rays: around.rays, open: (kind, id) => void this.show(kind, id),
      changed: () => {
        around.changed();
        this.draw();
      },
    });
    this.statistics = new Statistics(around.lang);
    this.report = new ReportForm({
      lang: around.lang, classes: () => this.classes, channels: () => this.channels, middle: around.middle, place: around.place, done: (id) => void this.show('incident', id),
    });
    parts.button.hidden = around.kinds.length === 0;
    parts.button.addEventListener('click', () => {
      localStorage.setItem(key, parts.panel.hidden ? 'open' : 'shut');
      this.reveal(parts.panel.hidden === true);
    });
    const known = localStorage.getItem(key);
    this.reveal(around.kinds.length > 0 && (known === 'open' || known !== 'shut' && innerWidth >= wide));
  }

  /** A session has begun: what happened before it nobody told. */
  hello(): void {
    for (const kind of this.around.kinds) void this.fetch(kind);
    if (this.around.kinds.length > 0 && this.classes.length === 0) void this.learn();
  }

  /** Takes the steps that the stream tells of. */
  take(t: Touched): void {
    let some = false;
    for (const e of t.events) {
      const step = this.docket.take(e);
      if (!step) continue;
      some = true;
      this.card.take(step.row);
      if (step.fresh) this.urge([step.row]);
    }
    if (!some) return;
    if (this.filter.kind === 'over') void this.lookBack();
    else this.soon();
  }

  /** Shows a case. */
  async show(kind: CaseKind, id: string): Promise<void> {
    this.banner.seen(id);
    await this.card.show(kind, id);
    this.draw();
  }

  /** Closes the card. */
  hide(): void {
    const { id } = this.card;
    this.card.hide();
    if (id !== '') this.list.focus(id);
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    this.card.speak();
    this.banner.speak();
    this.draw();
  }

  private open(row: CaseRow): void {
    void this.show(row.kind, row.id).then(() => {
      const { left, top, width } = this.parts.card.getBoundingClientRect();
      const below = width > innerWidth / 2;
      this.around.go(row.place, width > 0 && !below ? innerWidth - left : 0, below ? innerHeight - top : 0);
    });
  }

  private async fetch(kind: CaseKind): Promise<void> {
    const turn = this.docket.begin();
    try {
      this.urge(this.docket.fill(kind, await api.openCases(kind), turn));
      this.parts.note.hidden = true;
      const now = this.docket.open().find((r) => r.id === this.card.id);
      if (now) this.card.take(now);
    } catch {
      // Of a server that is away the sign tells; the last list stays, and the next session asks again.
      this.parts.note.hidden = false;
    }
    this.draw();
  }

  /** Asks what is over. */
  private async lookBack(): Promise<void> {
    try {
      this.past = await api.overIncidents();
      this.parts.note.hidden = true;
    } catch {
      this.parts.note.hidden = false;
    }
    this.draw();
  }

  /** Learns what the classes of incidents are called. */
  private async learn(): Promise<void> {
    const tables = await api.eventTables().catch(() => ({ classes: [], channels: [] })); // until the next session they go by their codes
    this.classes = tables.classes;
    this.channels = tables.channels.filter((c) => !c.machine).map((c) => c.channel);
    this.speak();
  }

  private urge(rows: CaseRow[]): void {
    for (const row of rows) if (urgent(row)) this.banner.add(row);
  }

  private reveal(open: boolean): void {
    this.parts.panel.hidden = !open;
    this.parts.button.setAttribute('aria-expanded', String(open));
    this.draw();
  }

  private draw(): void {
    const lang = this.around.lang();
    const open = this.docket.open();
    this.banner.keep(open);
    const { rows: all, parts } = folded(open);
    const incidents = all.filter((r) => r.kind === 'incident').length;
    this.parts.button.textContent = [`${word('incidents', lang)} ${incidents}`, ...(this.around.kinds.includes('alarm') ? [`${word('alarms', lang)} ${all.length - incidents}`] : [])].join(' · ');
    this.parts.button.dataset.worst = String(all[0]?.severity ?? 0);
    this.parts.title.textContent = say('cases', lang);
    this.parts.note.textContent = say('listAway', lang);
    if (this.parts.panel.hidden) return;
    this.ways(lang);
    const looked = this.filter.kind === 'over' ? this.past : all;
    this.choices(looked, lang);
    this.list.show(looked.filter((r) => passes(this.filter, r)), this.card.id, (r) => new Set([r, ...parts(r)].map((p) => p.area)).size, (code) => this.className(code), lang);
  }

  /** What one may do beside looking at the list. */
  private ways(lang: Lang): void {
    if (this.parts.ways.dataset.said === lang + String(this.classes.length)) return; // so a button that has the focus keeps it
    this.parts.ways.dataset.said = lang + String(this.classes.length);
    const all: HTMLElement[] = [];
    if (this.around.mayReport && this.classes.length > 0) all.push(Object.assign(button(say('reportCase', lang), () => this.report.open()), { id: 'report-button' }));
    if (this.around.kinds.includes('alarm')) all.push(Object.assign(button(say('statistics', lang), () => void this.statistics.open()), { id: 'statistics-button' }));
    this.parts.ways.replaceChildren(...all);
  }

  /** What the list may be narrowed to: the states are those that there are. */
  private choices(all: CaseRow[], lang: Lang): void {
    const states = [...new Set(all.filter((r) => passes({ ...this.filter, state: '' }, r)).map((r) => r.state))];
    if (this.filter.state !== '' && !states.includes(this.filter.state)) states.push(this.filter.state);
    const kinds: [string, string][] = [['', say('all', lang)], ...this.around.kinds.map((k): [string, string] => [k, word(`${k}s`, lang)]),
      ...(this.around.kinds.includes('incident') ? [['over', say('closedOnes', lang)] as [string, string]] : [])];
    const now: [string, string, [string, string][]][] = [
      ['kind', say('kind', lang), kinds], ['state', say('state', lang), [['', say('all', lang)], ...states.map((s): [string, string] => [s, stateWord(s, lang)])]],
    ];
    const said = JSON.stringify(now);
    if (this.parts.filter.dataset.said === said) return; // a choice that somebody makes just now stays open
    this.parts.filter.dataset.said = said;
    const focused = this.parts.filter.contains(document.activeElement) ? (document.activeElement as HTMLSelectElement).name : '';
    this.parts.filter.replaceChildren(...now.map(([name, label, options]) => {
      const box = make('select', { name }, ...options.map(([value, text]) => make('option', { value }, text)));
      box.value = name === 'kind' ? this.filter.kind : this.filter.state;
      box.addEventListener('change', () => {
        if (name === 'state') this.filter.state = box.value;
        else Object.assign(this.filter, { kind: box.value, state: '' });
        if (this.filter.kind === 'over') void this.lookBack();
        this.draw();
      });
      return make('label', {}, make('span', {}, label), box);
    }));
    this.parts.filter.querySelector<HTMLElement>(`[name="${focused}"]`)?.focus();
  }

  /** The other alarms of the storm that one is part of. */
  private stormOf(id: string): string[] {
    const open = this.docket.open();
    const is = open.find((r) => r.id === id);
    return is ? folded(open).parts(is).map((r) => r.id) : [];
  }

  private className(code: string): string {
    return named([...this.classes, ...this.around.tables.classes], code, this.around.lang());
  }

  private phenomenon(code: string): { name: string; unit: string } {
    return { name: named(this.around.tables.phenomena, code, this.around.lang()), unit: this.around.tables.phenomena.find((p) => p.code === code)?.unit ?? '' };
  }
}
