/** Parts that several panes show. */
import { make } from '../lib/dom';
import { left, light, metresText, spanText, type Owed, type Task } from '../lib/duty';
import type { LonLat } from '../lib/geo';
import { stateWord, type Lang } from '../lib/i18n';
import { lights } from '../lib/casewords';
import type { Desk } from './desk';
import { icon } from './icons';
import { say, wind } from './words';

/** Draws a part anew only if what it shows is another: who reads or presses it is not disturbed. The focus stays on what has the same data-key. */
export function redraw(part: HTMLElement, shows: unknown, draw: () => (Node | string)[]): void {
  const now = JSON.stringify(shows);
  if (part.dataset.shows === now) return;
  const key = part.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.key : undefined;
  const { scrollTop } = part;
  part.replaceChildren(...draw());
  part.dataset.shows = now;
  part.scrollTop = scrollTop;
  if (key) part.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** A button that a test and the focus find again. */
export function press(key: string, text: string, act: () => void, className = '', picture = ''): HTMLButtonElement {
  const b = make('button', { type: 'button', className }, ...(picture ? [icon(picture)] : []), make('span', {}, text));
  b.dataset.key = key;
  b.addEventListener('click', act);
  return b;
}

/** How much time there is yet, in words and a colour. */
export function clockPart(t: Pick<Task, 'clock' | 'state'>, now: number, lang: Lang): HTMLElement {
  const ms = left(t.clock, now);
  const text = ms !== undefined ? say(ms < 0 ? 'overdue' : 'remaining', lang, { t: spanText(ms, lang) }) : say(t.state === 'suspended' || t.clock?.stands ? 'stands' : 'noClock', lang);
  const e = make('p', { className: 'clock' }, text);
  e.dataset.light = lights[light(t.clock, now)] ?? 'green';
  if (t.clock) e.style.setProperty('--used', String(Math.min(1, shareOf(t, now))));
  return e;
}

/** The share of its time that is used up, as the server told it. */
function shareOf(t: Pick<Task, 'clock'>, now: number): number {
  const ms = left(t.clock, now);
  return ms !== undefined && ms < 0 ? 1 : t.clock?.share ?? 0;
}

/** Severity as a badge with the picture of the class. */
export function badge(of: string, severity: number): HTMLElement {
  const e = make('span', { className: 'badge' }, icon(of));
  e.dataset.severity = String(severity);
  return e;
}

export function stateChip(state: string, lang: Lang): HTMLElement {
  const e = make('span', { className: 'chip' }, stateWord(state, lang));
  e.dataset.state = state;
  return e;
}

/** How to get there: an arrow, how far along the bank, and over which bridge. */
export function wayPart(desk: Desk, id: string, place: LonLat): HTMLElement {
  const lang = desk.lang();
  const way = desk.wayTo(id, place);
  if (!way) return make('p', { className: 'away' }, icon('aim'), make('span', {}, say('noPlace', lang)));
  const arrow = icon('arrow', 'arrow');
  arrow.style.transform = `rotate(${Math.round(way.first - (desk.here.fix?.heading ?? 0))}deg)`;
  const far = say(way.line.length > 2 ? 'alongBank' : 'straight', lang, { d: metresText(way.metres, lang) });
  const over = way.bridges.map((b) => say('via', lang, { b }));
  return make('p', { className: 'away' }, arrow, make('span', {}, make('strong', {}, far), ` ${[wind(way.first, lang), ...over].join(' · ')}`));
}

/** What decides how a task looks, for redraw. */
export function looks(desk: Desk, { task, mine }: Owed, now: number): unknown {
  const way = desk.wayTo(task.id, task.place);
  return [task.id, task.state, task.title, task.severity, task.rev, mine, light(task.clock, now), Math.floor((left(task.clock, now) ?? 0) / 60_000),
    way && [metresText(way.metres, 'zh'), Math.round((way.first - (desk.here.fix?.heading ?? 0)) / 10), way.bridges], desk.outbox.pending(task.id).map((d) => [d.key, d.state])];
}
