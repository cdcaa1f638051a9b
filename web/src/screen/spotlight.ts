/** What one must know of trouble at once: what and where it is, which cameras see it, who is near, what stands there. */
import * as api from '../lib/cases';
import { ask } from '../lib/ask';
import { button, make, say } from '../lib/dom';
import { severityWord } from '../lib/casewords';
import { metresText } from '../lib/duty';
import { distance, type LonLat } from '../lib/geo';
import { stateWord, type Lang } from '../lib/i18n';
import type { CaseRow } from '../lib/docket';
import type { Live } from '../lib/frames';
import { sightAt, sightOf, told, type Sight } from '../lib/sight';
import type { Shown } from './troubles';
import { tell } from './words';

/** So many of each are listed: what can be read in half a minute. */
const listed = 4;

/** What stands so near belongs to it, in metres. */
const radius = 400;

export interface Around {
  lang(): Lang;
  mayDispatch: boolean;
  movers(): Live[];
  where(at: LonLat): string;
  className(code: string): string;
  rays(s: Sight | undefined): void;
  back(): void; // somebody wants to go back to the tour
}

interface Thing { class: string; name?: string; distance?: number }

interface List { title: HTMLElement; rows: HTMLElement; known: boolean; failed: boolean }

export class Spotlight {
  private readonly head = make('h2', { id: 'spotlight-title' });
  private readonly what = make('strong');
  private readonly where = make('p', { className: 'where' });
  private readonly rest = make('p', { className: 'rest' });
  private readonly away: HTMLButtonElement;
  private readonly lists: [List, List, List] = [list(), list(), list()];
  private row: CaseRow | undefined;
  private sight: Sight | undefined;
  private things: Thing[] = [];
  private people: { name: string; distance: number }[] = [];

  constructor(private readonly panel: HTMLElement, private readonly around: Around) {
    this.away = button('', () => around.back());
    panel.append(make('header', {}, this.head, this.what, this.where, this.rest, this.away), ...this.lists.map((l) => make('div', {}, l.title, l.rows)));
    this.lists.forEach((l, i) => { l.rows.id = ['spotlight-eyes', 'spotlight-people', 'spotlight-things'][i]!; });
  }

  /** Shows trouble, for as long as it says; undefined puts the panel away. waiting: how many come after it. */
  show(shown: Shown | undefined, waiting: number, now: number): void {
    const row = shown?.row;
    this.panel.hidden = !row;
    if (!row || !shown) {
      if (this.row) this.around.rays(undefined);
      this.row = undefined;
      return;
    }
    if (this.row?.id !== row.id) {
      this.row = row;
      this.ask(row);
    }
    this.row = row;
    this.say(shown, waiting, now);
  }

  private say({ row, until }: Shown, waiting: number, now: number): void {
    const lang = this.around.lang();
    const n = Math.max(0, Math.ceil((until - now) / 1000));
    this.panel.dataset.severity = String(row.severity);
    this.panel.dataset.id = row.id;
    say(this.head, `${tell(row.kind, lang)} · ${severityWord(row.severity, lang)} · ${stateWord(row.state, lang)}`);
    say(this.what, row.title || this.around.className(row.class));
    say(this.where, `${this.around.where(row.place)} · ${row.id}`);
    say(this.rest, waiting > 0 ? tell('next', lang, { n, m: waiting }) : tell('back', lang, { n }));
    say(this.away, tell('putAway', lang));
    const [eyes, people, things] = this.lists;
    this.fill(eyes, 'eyes', 'noEyes', this.sight?.cameras.map((e, i) => `${i + 1}. ${told(e, lang)}`));
    this.fill(people, 'people', 'none', this.people.map((p) => `${metresText(p.distance, lang)} · ${p.name}`));
    this.fill(things, 'things', 'none', this.things.map((t) => [...(t.distance === undefined ? [] : [metresText(t.distance, lang)]), t.name || this.around.className(t.class)].join(' · ')));
  }

  private fill(l: List, title: 'eyes' | 'people' | 'things', none: 'noEyes' | 'none', lines: string[] = []): void {
    const lang = this.around.lang();
    say(l.title, tell(title, lang));
    const shown = l.failed ? [tell('unknown', lang)] : !l.known ? [tell('asking', lang)] : lines.length === 0 ? [tell(none, lang)] : lines.slice(0, listed);
    if (l.rows.dataset.said === shown.join('\n')) return;
    l.rows.dataset.said = shown.join('\n');
    l.rows.replaceChildren(...shown.map((text) => make('li', {}, text)));
  }

  /** Asks what is to be known; an answer that comes when something else is shown is for nobody. */
  private ask(row: CaseRow): void {
    const [eyes, people, things] = this.lists;
    this.sight = undefined;
    this.things = this.people = [];
    for (const l of this.lists) Object.assign(l, { known: false, failed: false });
    const answer = <T>(l: List, f: Promise<T>, take: (t: T) => void): void => {
      f.then((t) => {
        if (this.row?.id !== row.id) return;
        l.known = true;
        take(t);
      }, () => {
        if (this.row?.id === row.id) l.failed = true;
      });
    };
    answer(eyes, row.kind === 'incident' ? sightOf(row.id) : sightAt(row.place), (s) => {
      this.sight = s;
      this.around.rays(s);
    });
    answer(people, this.nearest(row), (p) => { this.people = p; });
    answer(things, ask<{ things: Thing[] }>(`/v1/nearest?kind=asset,sensor,camera&point=${row.place.join()}&radius=${radius}&limit=${listed}`), (t) => { this.things = t.things; });
  }

  /** Who could be sent: as the server advises, else who is near. */
  private async nearest(row: CaseRow): Promise<{ name: string; distance: number }[]> {
    const advised = row.kind === 'incident' && this.around.mayDispatch ? (await api.advice(row.id)).people : [];
    if (advised.length > 0) return advised;
    return this.around.movers().map((o) => ({ name: o.name, distance: distance(row.place, [o.lon, o.lat]) })).sort((a, b) => a.distance - b.distance);
  }
}

const list = (): List => ({ title: make('h3'), rows: make('ol'), known: false, failed: false });
