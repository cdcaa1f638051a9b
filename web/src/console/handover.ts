/** The tab of the handover (交接班): what is open, overdue and waiting, each a press away from the list of it. */
import { say as caseWord, severityWord } from '../lib/casewords';
import { button, make, say as put } from '../lib/dom';
import { stateWord, type Lang } from '../lib/i18n';
import type { Me } from '../lib/session';
import { stamp } from '../lib/time';
import type { Entry } from './entry';
import type { Filter } from './filter';
import { shiftOf, type Shift } from './shift';
import { said } from './words';

export interface Around {
  lang(): Lang;
  who: Me;
  all(): readonly Entry[];
  clock(e: Entry): string;
  filter(f: Partial<Filter>): void; // the inbox shows these
  open(e: Entry): void;
}

export class Handover {
  private readonly told = make('p', { className: 'told', role: 'status' });
  private drawnAs = '';

  constructor(private readonly panel: HTMLElement, private readonly around: Around) {}

  /** Shows it as it is now; what has not changed stays, and the focus with it. */
  show(): void {
    const lang = this.around.lang();
    const now = Date.now();
    const s = shiftOf(this.around.all(), this.around.who, now);
    const key = JSON.stringify([lang, s.figures.map((f) => f.n), s.states, s.mind.map((e) => [e.id, e.rev, e.light])]);
    if (key === this.drawnAs) return;
    this.drawnAs = key;
    const focused = this.panel.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.key : undefined;
    const copy = button(said('copy', lang), () => void this.copy(s, now));
    copy.dataset.key = 'copy';
    copy.hidden = !('clipboard' in navigator); // without TLS a page has none
    this.panel.replaceChildren(
      make('header', {}, make('h2', {}, said('handover', lang)), make('p', { className: 'hint' }, said('handoverAt', lang, { t: stamp(now).slice(0, 16) })), copy, this.told),
      make('ul', { className: 'figures' }, ...s.figures.map((f) => {
        const b = button('', () => this.around.filter(f.filter));
        b.append(make('strong', {}, String(f.n)), make('span', {}, said(f.word, lang)));
        b.dataset.key = f.word;
        b.classList.toggle('bad', f.bad && f.n > 0);
        return make('li', {}, b);
      })),
      make('section', {}, make('h3', {}, said('byStates', lang)), make('ul', { className: 'states' }, ...s.states.map(({ state, n }) => {
        const b = button(`${stateWord(state, lang)} ${n}`, () => this.around.filter({ kind: 'incident', state }));
        b.dataset.key = state;
        return make('li', {}, b);
      }))),
      make('section', {}, make('h3', {}, said('mind', lang)), ...(s.mind.length === 0 ? [make('p', { className: 'hint' }, said('mindNone', lang))] : [make('ol', { className: 'mind' }, ...s.mind.map((e) => {
        const b = button('', () => this.around.open(e));
        b.dataset.key = e.id;
        b.dataset.severity = String(e.severity);
        b.append(make('strong', {}, e.title), make('span', {}, this.about(e, lang)), make('small', {}, e.id));
        return make('li', {}, b);
      }))])));
    if (focused) this.panel.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  private about(e: Entry, lang: Lang): string {
    return [severityWord(e.severity, lang), stateWord(e.state, lang), this.around.clock(e), ...(e.supervised ? [caseWord('supervised', lang)] : []), e.unit || e.person].filter(Boolean).join(' · ');
  }

  /** The same as text, for a message or a book. */
  private async copy(s: Shift, now: number): Promise<void> {
    const lang = this.around.lang();
    const text = [
      `${said('handover', lang)} ${stamp(now).slice(0, 16)} ${this.around.who.name}`, ...s.figures.map((f) => `${said(f.word, lang)}: ${f.n}`),
      said('mind', lang), ...s.mind.map((e) => `${e.id} ${e.title} · ${this.about(e, lang)}`),
    ].join('\n');
    await navigator.clipboard.writeText(text).then(() => put(this.told, said('copied', lang)), () => put(this.told, said('notCopied', lang)));
  }
}
