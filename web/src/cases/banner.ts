/** A new incident of the two worst kinds makes itself seen, until somebody looks at it, puts it away, or it is over. */
import { button, make } from '../lib/dom';
import type { CaseRow } from '../lib/docket';
import { word, type Lang } from '../lib/i18n';
import { say, severityWord } from '../lib/casewords';

export class Banner {
  private readonly waiting = new Map<string, CaseRow>();
  private said = '';

  constructor(private readonly box: HTMLElement, private readonly lang: () => Lang, private readonly look: (row: CaseRow) => void) {}

  add(row: CaseRow): void {
    this.waiting.set(row.id, row);
    this.draw();
  }

  /** Somebody looks at it. */
  seen(id: string): void {
    if (this.waiting.delete(id)) this.draw();
  }

  /** Takes what is open now: what is over is no news. */
  keep(open: CaseRow[]): void {
    const there = new Set(open.map((r) => r.id));
    for (const id of this.waiting.keys()) if (!there.has(id)) this.seen(id);
  }

  speak(): void {
    this.said = '';
    this.draw();
  }

  /** The worst, then the newest; it is written, and so read out, only when it is another or their number is. */
  private draw(): void {
    const all = [...this.waiting.values()].reverse().sort((a, b) => a.severity - b.severity);
    const first = all[0];
    this.box.hidden = !first;
    const lang = this.lang();
    const now = first ? `${first.id} ${all.length}` : '';
    if (now === this.said) return;
    this.said = now;
    if (!first) return this.box.replaceChildren();
    this.box.dataset.severity = String(first.severity);
    this.box.replaceChildren(
      make('strong', {}, `${say('newCase', lang)} · ${severityWord(first.severity, lang)}`), make('span', {}, first.title),
      ...(all.length > 1 ? [make('small', {}, say('more', lang, { n: all.length - 1 }))] : []),
      button(say('show', lang), () => this.look(first)),
      button(word('close', lang), () => {
        this.waiting.clear();
        this.draw();
      }),
    );
  }
}
