/** The inbox: all alarms and open incidents of all channels, live, filtered and in order; what is looked at and picked. */
import type { Named, Tables } from '../lib/api';
import { stateWord, word, type Lang } from '../lib/i18n';
import * as cases from '../lib/cases';
import { channelWord, lights, say as caseWord, severityWord } from '../lib/casewords';
import { Docket, folded, urgent, type CaseKind, type CaseRow } from '../lib/docket';
import { button, make, say as put } from '../lib/dom';
import type { Touched } from '../lib/picture';
import { findCases } from '../lib/search';
import type { Me } from '../lib/session';
import { throttled } from '../lib/throttle';
import { AreaNames } from '../map/areas';
import { named } from '../cases/parts';
import { Details } from './details';
import { byItself, entryOf, moreOfListed, span, type Entry } from './entry';
import { everything, fromAddress, narrows, ordered, passes, toAddress, turned, type Column, type Filter, type Order, type Whose } from './filter';
import { Grid } from './grid';
import { Roll } from './roll';
import { said } from './words';

export interface Parts { filter: HTMLFormElement; count: HTMLElement; note: HTMLElement; grid: HTMLElement }

export interface Around {
  who: Me;
  kinds: CaseKind[]; // that somebody sees
  tables: Tables;
  lang(): Lang;
  fresh(rows: CaseRow[]): void; // that were not here before
  stepped(row: CaseRow): void; // a case changed
  personName(id: string): string;
  drawn(): void; // the list is another
  looked(e: Entry): void; // a line became the current one
  opened(e: Entry): void;
  picked(): void;
}

/** How often the list changes at most while events come, in milliseconds. */
const drawEvery = 200;

/** How long the text waits for the next letter before the server is asked, in milliseconds. */
const pause = 250;

export class Inbox {
  readonly roll = new Roll();
  readonly details: Details;
  private readonly docket = new Docket();
  private readonly grid: Grid;
  private readonly areas: AreaNames;
  private readonly soon = throttled(() => this.draw(), drawEvery);
  private filter: Filter;
  private order: Order;
  private past: Entry[] = []; // incidents that were over when they were last asked for
  private found: ReadonlySet<string> = new Set();
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private classes: Named[] = [];
  private channelCodes: string[] = [];
  private entries: Entry[] = [];

  constructor(private readonly parts: Parts, private readonly around: Around) {
    ({ filter: this.filter, order: this.order } = fromAddress(location.search));
    this.areas = new AreaNames(() => this.soon());
    this.details = new Details(() => this.soon(), (kind) => this.fetch(kind));
    this.grid = new Grid(parts.grid, this.roll, {
      cell: (e, c, now) => this.cell(e, c, now), column: (c) => this.columnName(c), order: () => this.order,
      pickName: (e) => said('pickLine', around.lang(), { id: e.id }), pickAllName: () => said('pickAll', around.lang()), title: () => said('list', around.lang()),
      nothing: () => said(narrows(this.filter) ? 'none' : 'noneYet', around.lang()),
      sort: (c) => this.sort(c), open: (e) => around.opened(e), picked: () => around.picked(),
    });
    parts.filter.addEventListener('submit', (e) => e.preventDefault());
    parts.filter.addEventListener('change', () => this.chosen());
    parts.filter.addEventListener('input', (e) => { if (e.target instanceof HTMLInputElement) this.typed(e.target.value); });
    addEventListener('popstate', () => {
      ({ filter: this.filter, order: this.order } = fromAddress(location.search));
      this.speak();
      this.refilter();
    });
  }

  /** All around it is there: shows the list by the filter of the address. */
  begin(): void {
    this.speak();
    this.refilter();
  }

  /** A session has begun: what happened before it nobody told. */
  hello(): void {
    for (const kind of this.around.kinds) void this.fetch(kind);
    if (this.filter.kind === 'over') void this.lookBack();
    if (this.classes.length === 0) void this.learn();
  }

  /** Takes the steps that the stream tells of. */
  take(t: Touched): void {
    let some = false;
    for (const e of t.events) {
      const step = this.docket.take(e);
      if (!step) continue;
      some = true;
      this.details.want(step.row);
      this.around.stepped(step.row);
      if (step.fresh) this.around.fresh([step.row]);
    }
    if (!some) return;
    if (this.filter.kind === 'over') void this.lookBack();
    this.soon();
  }

  /** All that are open, worst first; of a storm one stands for all. */
  get all(): readonly Entry[] {
    return this.entries;
  }

  /** The line of that number, open or over, whether the filter leaves it or not. */
  entry(id: string): Entry | undefined {
    return this.entries.find((e) => e.id === id) ?? this.past.find((e) => e.id === id);
  }

  /** A line that is not listed, of a case that the docket has. */
  entryOf(row: CaseRow): Entry {
    return entryOf(row, this.details.of(row.id));
  }

  /** The other alarms of the storm that one is part of. */
  stormOf(id: string): string[] {
    const open = this.docket.open();
    const is = open.find((r) => r.id === id);
    return is ? folded(open).parts(is).map((r) => r.id) : [];
  }

  get eventClasses(): Named[] {
    return this.classes;
  }

  /** By which channels people report. */
  get channels(): string[] {
    return this.channelCodes;
  }

  className(code: string): string {
    return named([...this.classes, ...this.around.tables.classes], code, this.around.lang());
  }

  private channelName(code: string): string {
    if (code === byItself) return said('byItself', this.around.lang());
    return code && channelWord(code, this.around.lang());
  }

  areaName(code: string): string {
    return this.areas.of(code);
  }

  /** What is left of the clock, or by how much it is over, in words. */
  clock(e: Entry, now = Date.now()): string {
    const lang = this.around.lang();
    if (e.due !== undefined) return said(e.due >= now ? 'left' : 'late', lang, { t: span(e.due - now) });
    return e.light > 0 ? caseWord(lights[e.light] ?? 'green', lang) : '';
  }

  title(e: Entry): string {
    return (this.around.lang() === 'en' && e.titleEn) || e.title || this.className(e.class);
  }

  /** Shows what a filter leaves, and nothing else of the filter before. */
  only(f: Partial<Filter>): void {
    this.filter = { ...everything, ...f };
    this.address(true);
    this.speak();
    this.refilter();
    this.grid.reveal();
  }

  /** Goes so many lines down, or pages. */
  move(by: number, pages = false): void {
    this.roll.move(pages ? by * this.grid.page : by);
    this.now();
  }

  go(index: number): void {
    this.roll.go(index);
    this.now();
  }

  /** Makes a case the current line, if it is listed. */
  find(id: string): void {
    if (this.roll.find(id)) this.grid.reveal();
  }

  pick(): void {
    const is = this.roll.current;
    if (!is) return;
    this.roll.pick(is.id);
    this.grid.draw();
    this.around.picked();
  }

  pickAll(): void {
    this.roll.pickAll();
    this.grid.draw();
    this.around.picked();
  }

  drop(): void {
    this.roll.drop();
    this.grid.draw();
    this.around.picked();
  }

  focus(): void {
    this.grid.focus();
  }

  focusText(): void {
    const box = this.parts.filter.querySelector<HTMLInputElement>('[name=q]');
    box?.focus();
    box?.select();
  }

  focusFilter(): void {
    this.parts.filter.querySelector<HTMLElement>('select')?.focus();
  }

  /** A second has gone by: clocks run. */
  second(now: number): void {
    this.grid.draw(now);
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    const lang = this.around.lang();
    const text = make('input', { type: 'search', name: 'q', value: this.filter.q, maxLength: 100, autocomplete: 'off', spellcheck: false, placeholder: said('textFilter', lang), ariaLabel: said('textFilter', lang) });
    const clear = button(said('clearFilter', lang), () => {
      this.only({});
      this.focus();
    });
    clear.id = 'filter-clear';
    this.parts.filter.ariaLabel = said('filters', lang);
    this.parts.filter.replaceChildren(text, ...this.selects(lang), clear);
    this.parts.filter.dataset.said = '';
    this.grid.speak();
    this.draw();
  }

  private now(): void {
    this.grid.reveal();
    if (this.roll.current) this.around.looked(this.roll.current);
  }

  private async fetch(kind: CaseKind): Promise<void> {
    const turn = this.docket.begin();
    try {
      const { incidents, alarms } = await cases.openListed(kind);
      this.details.takeListed(incidents, alarms);
      const news = this.docket.fill(kind, [...incidents.map((i) => cases.incidentRow(i, true)), ...alarms.map(cases.alarmRow)], turn);
      if (news.length > 0) this.around.fresh(news);
      this.parts.note.hidden = true;
    } catch {
      // Of a server that is away the sign tells; the last list stays, and the next session asks again.
      this.parts.note.hidden = false;
    }
    this.draw();
  }

  /** Asks what is over. */
  private async lookBack(): Promise<void> {
    try {
      this.past = (await cases.overListed()).map((i) => entryOf(cases.incidentRow(i, false), moreOfListed(i)));
      this.parts.note.hidden = true;
    } catch {
      this.parts.note.hidden = false;
    }
    this.draw();
  }

  /** The incidents that are closed and wait for their evaluation. */
  async closed(): Promise<Entry[]> {
    await this.lookBack();
    return this.past.filter((e) => e.state === 'closed');
  }

  /** Learns what the classes of incidents are called. */
  private async learn(): Promise<void> {
    const tables = await cases.eventTables().catch(() => ({ classes: [], channels: [] })); // until the next session they go by their codes
    this.classes = tables.classes;
    this.channelCodes = tables.channels.filter((c) => !c.machine).map((c) => c.channel);
    this.draw();
  }

  private draw(): void {
    const open = this.docket.open();
    const { rows, parts } = folded(open);
    this.entries = rows.map((r) => entryOf(r, this.details.of(r.id), parts(r).length));
    const looked = this.filter.kind === 'over' ? this.past : this.entries;
    const ground = { who: this.around.who, now: Date.now(), words: (e: Entry) => this.words(e), found: this.found };
    const shown = looked.filter((e) => passes(this.filter, e, ground));
    this.roll.set(ordered(shown, this.order, (e, c) => this.cell(e, c, 0)));
    const lang = this.around.lang();
    put(this.parts.count, narrows(this.filter) ? said('ofAll', lang, { n: shown.length, all: looked.length }) : said('counted', lang, { n: looked.length }));
    put(this.parts.note, said('listAway', lang));
    this.choices(lang);
    this.grid.draw();
    this.around.drawn();
  }

  private words(e: Entry): string {
    const lang = this.around.lang();
    return [e.id, e.title, e.titleEn, this.className(e.class), this.areaName(e.area), e.address, e.unit, e.person, this.around.personName(e.person), this.channelName(e.channel), stateWord(e.state, lang)].join('\n');
  }

  private cell(e: Entry, c: Column, now: number): string {
    const lang = this.around.lang();
    switch (c) {
      case 'severity':
        return severityWord(e.severity, lang);
      case 'clock':
        return this.clock(e, now);
      case 'id':
        return e.id;
      case 'class':
        return this.className(e.class);
      case 'title':
        return this.title(e) + (e.parts > 0 ? ` · ${said('storm', lang, { n: e.parts })}` : '');
      case 'area':
        return this.areaName(e.area);
      case 'channel':
        return this.channelName(e.channel);
      case 'state':
        return stateWord(e.state, lang) + (e.supervised ? ` · ${caseWord('supervised', lang)}` : '');
      case 'to':
        return [e.unit, e.person && this.around.personName(e.person)].filter(Boolean).join(' · ');
      case 'age':
        return e.begun === undefined ? '' : span(now - e.begun);
    }
  }

  private columnName(c: Column): string {
    const lang = this.around.lang();
    switch (c) {
      case 'id':
      case 'class':
      case 'area':
        return word(c, lang);
      case 'channel':
      case 'state':
        return caseWord(c, lang);
      default:
        return said(c, lang);
    }
  }

  private sort(c: Column): void {
    this.order = turned(this.order, c);
    this.address();
    this.grid.speak();
    this.draw();
    this.grid.reveal();
  }

  /** The choices, empty; choices() fills those that depend on what there is. */
  private selects(lang: Lang): HTMLElement[] {
    const labels: [keyof Filter, string][] = [
      ['kind', caseWord('kind', lang)], ['whose', said('whose', lang)], ['colour', said('colour', lang)], ['severity', said('severity', lang)], ['state', caseWord('state', lang)],
      ['class', word('class', lang)], ['area', word('area', lang)], ['channel', caseWord('channel', lang)],
    ];
    return labels.map(([name, label]) => make('label', {}, make('span', {}, label), make('select', { name })));
  }

  /** What the list may be narrowed to: states, classes, areas and channels are those that there are. */
  private choices(lang: Lang): void {
    const all = this.filter.kind === 'over' ? this.past : this.entries;
    const there = (of: (e: Entry) => string, name: (code: string) => string, now: string): [string, string][] =>
      [...new Set([...all.map(of), now])].filter(Boolean).map((code): [string, string] => [code, name(code)]).sort((a, b) => a[1].localeCompare(b[1], 'zh-CN'));
    const whose: Exclude<Whose, ''>[] = ['waiting', 'mine', 'unassigned', 'supervised', 'extension', 'fresh'];
    const options: Record<Exclude<keyof Filter, 'q'>, [string, string][]> = {
      kind: [...this.around.kinds.map((k): [string, string] => [k, word(`${k}s`, lang)]), ...(this.around.kinds.includes('incident') ? [['over', caseWord('closedOnes', lang)] as [string, string]] : [])],
      whose: whose.map((w): [string, string] => [w, said(w, lang)]), colour: [['yellow', said('yellowUp', lang)], ['red', said('redOnly', lang)]],
      severity: [1, 2, 3, 4].map((n): [string, string] => [String(n), n === 1 ? severityWord(1, lang) : said('severityUp', lang, { s: severityWord(n, lang) })]),
      state: there((e) => e.state, (s) => stateWord(s, lang), this.filter.state), class: there((e) => e.class, (c) => this.className(c), this.filter.class),
      area: there((e) => e.area, (a) => this.areaName(a), this.filter.area), channel: there((e) => e.channel, (c) => this.channelName(c), this.filter.channel),
    };
    const key = JSON.stringify([options, this.filter]);
    if (this.parts.filter.dataset.said === key) return; // a choice that somebody makes just now stays open
    this.parts.filter.dataset.said = key;
    for (const [name, some] of Object.entries(options)) {
      const box = this.parts.filter.querySelector<HTMLSelectElement>(`select[name=${name}]`);
      if (!box) continue;
      const now = String(this.filter[name as keyof Filter] || '');
      box.replaceChildren(...[['', said('all', lang)] as [string, string], ...some].map(([value, text]) => make('option', { value }, text)));
      box.value = now;
      box.classList.toggle('set', now !== '');
    }
    const clear = this.parts.filter.querySelector<HTMLButtonElement>('#filter-clear');
    if (clear) clear.disabled = !narrows(this.filter);
  }

  private chosen(): void {
    const data = new FormData(this.parts.filter);
    const text = (name: string): string => data.get(name)?.toString() ?? '';
    const q = new URLSearchParams(['kind', 'whose', 'colour', 'severity', 'state', 'class', 'area', 'channel', 'q'].map((name) => [name, text(name)]));
    this.filter = fromAddress(`?${q}`).filter;
    this.address();
    this.refilter();
  }

  private typed(q: string): void {
    this.filter = { ...this.filter, q };
    this.address();
    this.refilter();
  }

  /** The filter is another. */
  private refilter(): void {
    if (this.filter.kind === 'over') void this.lookBack();
    clearTimeout(this.timer);
    this.found = new Set();
    const words = this.filter.q.trim();
    const turn = ++this.turn;
    // The server knows pinyin and initials, and what a line does not show.
    if (words.length > 1) this.timer = setTimeout(() => void findCases(words).catch(() => []).then((ids) => {
      if (turn !== this.turn || ids.length === 0) return;
      this.found = new Set(ids);
      this.draw();
    }), pause);
    this.draw();
  }

  /** Keeps the filter in the address; anew: one can go back to the one before. */
  private address(anew = false): void {
    const to = `${location.pathname}${toAddress(location.search, this.filter, this.order)}${location.hash}`;
    if (anew) history.pushState(history.state, '', to);
    else history.replaceState(history.state, '', to);
  }

  /** Of rows that are new those that are to be heard. */
  static urgentOf(rows: CaseRow[]): CaseRow[] {
    return rows.filter((r) => urgent(r) || r.kind === 'alarm' && r.open && (r.severity === 1 || r.severity === 2));
  }
}
