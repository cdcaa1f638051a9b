/** The pane of the shift: begin and end it, what it has been so far, and what became of all that was done. */
import { make } from '../lib/dom';
import { metresText, spanText } from '../lib/duty';
import { stateWord, word } from '../lib/i18n';
import type { Deed } from '../lib/outbox';
import { clock } from '../lib/time';
import type { Desk } from './desk';
import { icon } from './icons';
import { press, redraw } from './parts';
import { sentShare, workWord } from './taskcard';
import { say, type PatrolWord } from './words';

const pictures: Record<Deed['state'], string> = { waiting: 'wait', sending: 'cloud', refused: 'cross', done: 'check' };

export class ShiftPane {
  constructor(private readonly pane: HTMLElement, private readonly desk: Desk, private readonly track: () => void, private readonly open: (id: string) => void) {}

  draw(now: number): void {
    const { desk } = this;
    const lang = desk.lang();
    const { shift } = desk;
    const f = shift.figures(now);
    // What was refused waits for somebody: it comes first, else the newest.
    const deeds = [...desk.outbox.all()].reverse().sort((a, b) => Number(b.state === 'refused') - Number(a.state === 'refused'));
    redraw(this.pane, [lang, shift.running, shift.mover?.id, Math.floor(f.elapsed / 60_000), metresText(f.metres, lang), f.noted, f.unsent, desk.here.denied,
      deeds.map((d) => [d.key, d.state, sentShare(d), d.why, d.incident && desk.book.row(d.incident)?.rev])], () => [
      this.clockIn(now), this.figures(f), make('h2', {}, say('outbox', lang)),
      ...(deeds.length === 0 ? [make('p', { className: 'hint' }, say('nothingSent', lang))] : [make('ul', { className: 'deeds' }, ...deeds.map((d) => this.deed(d)))]),
    ]);
  }

  private clockIn(now: number): HTMLElement {
    const { shift } = this.desk;
    const lang = this.desk.lang();
    const { running, mover } = shift;
    const toggle = press('shift', say(running ? 'endShift' : 'startShift', lang), () => (running ? shift.end(Date.now()) : shift.begin(now)), running ? 'large end' : 'large primary', 'shift');
    return make('div', { className: 'duty' }, make('p', { className: 'line' }, make('strong', {}, say(running ? 'onShift' : 'offShift', lang)), make('span', {}, mover ? say('asMover', lang, { n: mover.name }) : '')),
      make('small', {}, say(this.desk.here.denied ? 'geoDenied' : mover ? 'shiftHint' : 'noMover', lang)), toggle);
  }

  private figures(f: { elapsed: number; metres: number; noted: number; unsent: number }): HTMLElement {
    const lang = this.desk.lang();
    const rows: [PatrolWord, string][] = [['elapsed', spanText(f.elapsed, lang)], ['walked', metresText(f.metres, lang)], ['fixes', String(f.noted)], ['unsent', String(f.unsent)]];
    return make('div', { className: 'figures' }, make('dl', {}, ...rows.map(([k, v]) => make('div', {}, make('dt', {}, say(k, lang)), make('dd', {}, v)))),
      ...(f.noted > 1 ? [press('track', say('myTrack', lang), this.track, '', 'around')] : []));
  }

  private deed(d: Deed): HTMLElement {
    const { desk } = this;
    const lang = desk.lang();
    const said = d.state === 'sending' && d.work.kind === 'photo' ? say('sending', lang, { p: `${sentShare(d)} %` }) : say(d.state === 'sending' ? 'waiting' : d.state, lang);
    const id = d.incident ?? (desk.book.row(d.about) ? d.about : undefined);
    const row = make('li', {}, icon(pictures[d.state]),
      make('div', {}, make('strong', {}, `${workWord(d, desk)} · ${d.title}`), make('small', {}, `${said} · ${clock(d.ended ?? d.at)}`), ...this.trouble(d)),
      ...(d.state === 'refused' ? [make('div', { className: 'ways' }, press(`retry-${d.key}`, say('retry', lang), () => void desk.outbox.retry(d.key, crypto.randomUUID())), press(`drop-${d.key}`, say('drop', lang), () => void desk.outbox.drop(d.key)))]
        : d.state === 'done' && id ? [press(`open-${d.key}`, word('look', lang), () => this.open(id))] : []));
    row.dataset.state = d.state;
    row.dataset.kind = d.work.kind === 'verb' ? d.work.verb : d.work.kind;
    return row;
  }

  /** Why it was refused: what kind of trouble that is, what the incident is now, and the server's own words. */
  private trouble(d: Deed): HTMLElement[] {
    if (d.state !== 'refused') return [];
    const { desk } = this;
    const lang = desk.lang();
    const kind: PatrolWord = d.status === 404 || d.status === 410 ? 'gone' : d.status === 403 ? 'forbidden' : d.status === 409 || d.status === 412 ? 'conflict' : 'wrong';
    const now = desk.book.page(d.incident ?? d.about)?.incident;
    const is = now ? say('nowIs', lang, { s: stateWord(now.state, lang) }) + (now.task?.person && !desk.isMe(now.task.person) ? say('nowWith', lang, { p: now.task.person }) : '') : '';
    return [make('p', { className: 'trouble' }, [say(kind, lang), is].filter(Boolean).join(' · ')), make('small', { className: 'why' }, d.why ?? '')];
  }
}
