/** The right side: the loop with its counts and clocks, the newest incidents, and who is on duty. Its rows are made once and change in place. */
import { make, say } from '../lib/dom';
import { say as caseWord, lights, severityWord } from '../lib/casewords';
import { light } from '../lib/duty';
import type { Live } from '../lib/frames';
import { stateWord, type Lang } from '../lib/i18n';
import type { LonLat } from '../lib/geo';
import { countdown, newest, phases, tally, type Row } from './phases';
import { tell, type ScreenWord } from './words';

/** So many incidents and people are listed at most; it is as many as there is room for. */
const listed = 10;

export interface Parts { phases: HTMLElement; lights: HTMLElement; newest: HTMLElement; people: HTMLElement; counts: HTMLElement }

/** What the board says of places and classes. */
export interface Names { where(at: LonLat): string; className(code: string): string }

export class LoopBoard {
  private readonly boxes: { box: HTMLElement; name: HTMLElement; count: HTMLElement }[];
  private readonly colours = lights.map(() => make('span'));
  private readonly cases: { row: HTMLElement; title: HTMLElement; state: HTMLElement; where: HTMLElement; clock: HTMLElement }[];
  private readonly people: { row: HTMLElement; name: HTMLElement; where: HTMLElement }[];
  private readonly noCase = make('li', { className: 'none' });
  private readonly nobody = make('li', { className: 'none' });
  private readonly counts = make('span');

  constructor(private readonly parts: Parts, private readonly names: Names) {
    this.boxes = phases.map((_, i) => {
      const [name, count] = [make('span', { className: 'name' }), make('strong')];
      const box = make('li', {}, name, count);
      box.dataset.phase = String(i);
      return { box, name, count };
    });
    parts.phases.append(...this.boxes.map((b) => b.box));
    lights.forEach((l, i) => { this.colours[i]!.dataset.light = l; });
    parts.lights.append(...this.colours);
    this.cases = Array.from({ length: listed }, () => {
      const [title, state, where, clock] = [make('strong'), make('span', { className: 'state' }), make('span', { className: 'where' }), make('span', { className: 'clock' })];
      return { row: make('li', {}, title, state, where, clock), title, state, where, clock };
    });
    parts.newest.append(this.noCase, ...this.cases.map((c) => c.row));
    this.people = Array.from({ length: listed }, () => {
      const [name, where] = [make('span', { className: 'name' }), make('span', { className: 'where' })];
      return { row: make('li', {}, name, where), name, where };
    });
    parts.counts.append(this.counts);
    parts.people.append(this.nobody, ...this.people.map((p) => p.row));
  }

  /** Shows incidents as they are now, in Unix milliseconds. */
  showCases(open: Row[], over: Row[], now: number, lang: Lang): void {
    const t = tally(open, over, now);
    this.boxes.forEach(({ box, name, count }, i) => {
      say(name, tell(`phase${i}` as ScreenWord, lang));
      say(count, String(t.counts[i]));
      box.dataset.light = t.counts[i] === 0 ? 'none' : (lights[t.worst[i]!] ?? 'green');
    });
    lights.forEach((l, i) => say(this.colours[i]!, `${caseWord(l, lang)} ${t.lights[i as 0 | 1 | 2]}`));
    const shown = newest(open, room(this.parts.newest, this.cases[0]!.row));
    this.noCase.hidden = shown.length > 0;
    say(this.noCase, tell('noIncidents', lang));
    this.cases.forEach(({ row, title, state, where, clock }, i) => {
      const r = shown[i];
      row.hidden = !r;
      if (!r) return;
      Object.assign(row.dataset, { id: r.id, severity: String(r.severity) });
      const is = lights[light(r.clock, now)] ?? 'green';
      clock.dataset.light = is;
      say(title, r.title || this.names.className(r.class));
      say(state, `${severityWord(r.severity, lang)} · ${stateWord(r.state, lang)}`);
      say(where, this.names.where(r.place));
      const left = countdown(r, now);
      say(clock, left === '' ? '' : `${left} ${caseWord(is, lang)}`);
    });
  }

  /** Shows who is out; order is of classes. undefined: it is not for this account. */
  showPeople(movers: Live[] | undefined, order: string[], lang: Lang): void {
    const all = movers ?? [];
    const rank = (o: Live): number => (order.indexOf(o.class) + 1 || order.length + 1);
    const classes = [...new Set(all.map((o) => o.class))].sort((a, b) => (order.indexOf(a) + 1 || 9) - (order.indexOf(b) + 1 || 9));
    say(this.counts, classes.map((c) => `${this.names.className(c)} ${all.filter((o) => o.class === c).length}`).join(' · '));
    this.nobody.hidden = all.length > 0;
    say(this.nobody, tell(movers ? 'nobodyMoves' : 'notYours', lang));
    const shown = [...all].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1)).slice(0, room(this.parts.people, this.people[0]!.row));
    this.people.forEach(({ row, name, where }, i) => {
      const o = shown[i];
      row.hidden = !o;
      if (!o) return;
      say(name, o.name);
      say(where, this.names.where([o.lon, o.lat]));
    });
  }
}

/** How many rows as high as one have room in a list. */
function room(list: HTMLElement, row: HTMLElement): number {
  const gap = parseFloat(getComputedStyle(list).rowGap) || 0;
  return row.offsetHeight === 0 ? 1 : Math.min(listed, Math.max(1, Math.floor((list.clientHeight + gap) / (row.offsetHeight + gap))));
}
