/** The pane of tasks: one's own by urgency, and those that wait for anybody. */
import { make } from '../lib/dom';
import type { Owed } from '../lib/duty';
import type { Desk } from './desk';
import { icon } from './icons';
import { badge, clockPart, looks, press, redraw, stateChip, wayPart } from './parts';
import { say, type PatrolWord } from './words';

/** What drives a task on is done from its card, where nothing more is asked; the rest is in its sheet. */
const atOnce: Record<string, PatrolWord> = { accept: 'take', handle: 'begin', resume: 'resume' };

export class Tasks {
  constructor(private readonly pane: HTMLElement, private readonly desk: Desk, private readonly open: (id: string) => void) {}

  draw(now: number): void {
    const { desk } = this;
    const lang = desk.lang();
    const all = desk.owed(now);
    const [mine, free] = [all.filter((o) => o.mine), all.filter((o) => !o.mine)];
    redraw(this.pane, [lang, desk.handles, all.map((o) => looks(desk, o, now))], () => {
      if (all.length === 0) return [this.empty()];
      return [...this.group('myTasks', mine, now), ...this.group('freeTasks', free, now)];
    });
  }

  private group(title: PatrolWord, all: Owed[], now: number): HTMLElement[] {
    if (all.length === 0) return [];
    return [make('h2', {}, `${say(title, this.desk.lang())} · ${all.length}`), make('ul', { className: 'cards' }, ...all.map((o) => this.card(o, now)))];
  }

  private card({ task }: Owed, now: number): HTMLElement {
    const { desk } = this;
    const lang = desk.lang();
    const waiting = desk.outbox.pending(task.id);
    const head = make('button', { type: 'button', className: 'head' },
      badge(task.class, task.severity),
      make('span', { className: 'what' }, make('strong', {}, task.title), make('span', { className: 'line' }, stateChip(task.state, lang),
        ...(waiting.length > 0 ? [make('span', { className: 'chip waiting' }, icon('cloud'), say('waitingToSend', lang))] : []), desk.className(task.class))));
    head.dataset.key = `open-${task.id}`;
    head.addEventListener('click', () => this.open(task.id));
    const verb = desk.may(task.id).find((v) => v in atOnce || v === 'report');
    const card = make('li', { className: 'card' }, head, make('div', { className: 'when' }, clockPart(task, now, lang), wayPart(desk, task.id, task.place)),
      ...(verb ? [press(`do-${task.id}`, say(atOnce[verb] ?? 'feedback', lang), () => this.go(task.id, task.title, verb), 'primary')] : []));
    card.dataset.id = task.id;
    card.dataset.state = task.state;
    card.dataset.severity = String(task.severity);
    return card;
  }

  private go(id: string, title: string, verb: string): void {
    if (verb in atOnce) void this.desk.act(id, title, verb);
    else this.open(id);
  }

  private empty(): HTMLElement {
    const lang = this.desk.lang();
    return make('div', { className: 'empty' }, icon('check'), make('p', {}, say(this.desk.handles ? 'noTasks' : 'noHandle', lang)),
      ...(this.desk.handles ? [make('small', {}, say('noTasksHint', lang))] : []));
  }
}
