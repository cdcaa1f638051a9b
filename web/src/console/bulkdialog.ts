/** Asks about a deed on many cases, does it, and shows what came of each. */
import * as cases from '../lib/cases';
import { say as caseWord, verbWord } from '../lib/casewords';
import { fieldsOf } from '../lib/deeds';
import { button, make, say as put } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { meant, toEach, type Outcome } from './bulk';
import type { Entry } from './entry';
import { said, type DeskWord } from './words';

/** What is done to all alarms of a storm at once. */
const stormy = ['acknowledge', 'suppress'];

export class BulkDialog {
  private readonly dialog = make('dialog', { id: 'bulk', className: 'deed' });
  private running = false;

  /** done is called when the deeds are through. */
  constructor(private readonly lang: () => Lang, private readonly done: () => void) {
    document.body.append(this.dialog);
    this.dialog.addEventListener('cancel', (e) => { if (this.running) e.preventDefault(); });
  }

  /** Begins with a deed on what is picked; a word on why not if there is nothing to do. */
  begin(verb: string, picked: Entry[]): string | undefined {
    const entries = meant(verb, picked);
    if (entries.length === 0) return said('bulkNone', this.lang(), { verb: verbWord(verb, this.lang()) });
    this.ask(verb, entries);
    this.dialog.showModal();
    this.dialog.querySelector<HTMLElement>('textarea, input, button.primary')?.focus();
    return undefined;
  }

  private ask(verb: string, entries: Entry[]): void {
    const lang = this.lang();
    const fields = fieldsOf(verb);
    const parts: HTMLElement[] = [];
    if (fields.includes('until')) {
      const box = make('input', { id: 'bulk-minutes', name: 'minutes', type: 'number', min: '1', max: '10080', value: '60', required: true });
      parts.push(make('div', { className: 'field' }, make('label', { htmlFor: box.id }, caseWord('until', lang)), box));
    }
    if (fields.includes('reason') || fields.includes('reasonIfAny')) {
      const must = fields.includes('reason');
      const box = make('textarea', { id: 'bulk-reason', name: 'reason', rows: 3, maxLength: 500, required: must });
      parts.push(make('div', { className: 'field' }, make('label', { htmlFor: box.id }, caseWord(must ? 'reason' : 'remark', lang)), box));
    }
    const form = make('form', { method: 'dialog' }, this.title(verb, entries.length, lang), make('p', {}, said('bulkAsk', lang, { n: entries.length, verb: verbWord(verb, lang) })), ...parts,
      make('div', { className: 'ways' }, button(word('cancel', lang), () => this.dialog.close()), make('button', { type: 'submit', className: 'primary' }, said('run', lang))));
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      const data = new FormData(form);
      const reason = data.get('reason')?.toString().trim();
      const minutes = Number(data.get('minutes'));
      void this.run(verb, entries, { ...(reason ? { reason } : {}), ...(minutes ? { minutes } : {}) });
    });
    this.dialog.setAttribute('aria-labelledby', 'bulk-title');
    this.dialog.replaceChildren(form);
  }

  private title(verb: string, n: number, lang: Lang): HTMLElement {
    return make('h2', { id: 'bulk-title' }, said('bulkTitle', lang, { verb: verbWord(verb, lang), n }));
  }

  private async run(verb: string, entries: Entry[], given: cases.Ask): Promise<void> {
    const lang = this.lang();
    this.running = true;
    const progress = make('p', { role: 'status' }, said('bulkRuns', lang, { n: 0, all: entries.length }));
    this.dialog.replaceChildren(this.title(verb, entries.length, lang), progress);
    const outcomes = await toEach(entries, (e) => cases.act(e.kind, e.id, verb, { ...given, ...(e.storm && stormy.includes(verb) ? { storm: true } : {}) }, e.rev),
      (n) => put(progress, said('bulkRuns', lang, { n, all: entries.length })));
    this.running = false;
    this.show(verb, outcomes, given);
    this.done();
  }

  private show(verb: string, outcomes: Outcome[], given: cases.Ask): void {
    const lang = this.lang();
    const words: Record<Outcome['result'], DeskWord> = { done: 'resultDone', changed: 'resultChanged', refused: 'resultRefused', away: 'resultAway' };
    const not = outcomes.filter((o) => o.result !== 'done');
    const rows = outcomes.map((o) => {
      const why = o.result === 'done' || o.why === '' ? '' : `: ${o.why}`;
      const row = make('tr', {}, make('th', { scope: 'row' }, o.entry.id), make('td', {}, o.entry.title), make('td', {}, said(words[o.result], lang) + why));
      row.dataset.result = o.result;
      return row;
    });
    const close = button(word('close', lang), () => this.dialog.close(), 'primary');
    // Those that others changed are tried again as they are now, so from the list, not from here.
    const again = not.filter((o) => o.result === 'away').map((o) => o.entry);
    this.dialog.replaceChildren(this.title(verb, outcomes.length, lang), make('p', { role: 'status' }, said('bulkDone', lang, { n: outcomes.length - not.length, m: not.length })),
      make('div', { className: 'scroll', tabIndex: 0, ariaLabel: said('result', lang), role: 'region' }, make('table', {}, make('thead', {}, make('tr', {}, ...(['case', 'title', 'result'] as const).map((k) => make('th', { scope: 'col' }, said(k, lang))))), make('tbody', {}, ...rows))),
      make('div', { className: 'ways' }, ...(again.length > 0 ? [button(said('bulkRetry', lang), () => void this.run(verb, again, given))] : []), close));
    close.focus();
  }
}
