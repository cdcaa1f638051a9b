/** The audit administrator's desk: who did what, and whether the record is whole. */
import { ask } from '../lib/ask';
import type { Answers, Schemas } from '../lib/contract';
import { button, make } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { field, Frame, table, type Desk } from './desk';

const outcomes = ['done', 'refused', 'failed'] as const;

/** One thing that somebody did, or was refused; see internal/audit. */
type Entry = Schemas['auditEntry'];

const filters = ['who', 'action', 'what', 'from', 'to', 'outcome'] as const;

export class Audit implements Desk {
  private readonly frame: Frame;
  private readonly form = make('form', { className: 'filters' });
  private readonly list = make('div');
  private readonly verify: HTMLButtonElement;
  private readonly export = make('a', { className: 'button', download: 'suhe-audit.jsonl' });
  private entries: Entry[] = [];
  private next: number | undefined;
  private asked = new URLSearchParams(); // what the entries answer to

  constructor(lang: () => Lang) {
    this.frame = new Frame('audit', lang);
    this.verify = button('', () => void this.verifies());
    this.frame.tools.append(this.verify, this.export);
    this.frame.body.append(this.form, this.list);
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.search();
    });
    this.ask();
    void this.search();
  }

  get root(): HTMLElement {
    return this.frame.root;
  }

  speak(): void {
    this.frame.speak();
    this.verify.textContent = this.frame.word('verify');
    this.export.textContent = this.frame.word('export');
    this.ask();
    this.draw();
  }

  /** Draws the filters, with what was typed into them. */
  private ask(): void {
    const { frame } = this;
    const given = new FormData(this.form);
    const was = (name: string): string => given.get(name)?.toString() ?? '';
    const text = (name: string): HTMLInputElement => make('input', { name, value: was(name), autocomplete: 'off', spellcheck: false });
    const time = (name: string): HTMLInputElement => make('input', { name, type: 'datetime-local', value: was(name) });
    const outcome = make('select', { name: 'outcome' }, ...(['', ...outcomes] as const)
      .map((value) => make('option', { value, selected: was('outcome') === value }, frame.word(value || 'any'))));
    this.form.replaceChildren(
      field(frame.word('who'), text('who')), field(frame.word('action'), text('action')), field(frame.word('what'), text('what')), field(frame.word('from'), time('from')),
      field(frame.word('to'), time('to')), field(frame.word('outcome'), outcome), make('button', { type: 'submit', className: 'primary' }, frame.word('search')));
  }

  /** The filters as the server reads them; times are given in Shanghai's. */
  private query(): URLSearchParams {
    const given = new FormData(this.form);
    const q = new URLSearchParams();
    for (const name of filters) {
      const value = given.get(name)?.toString().trim() ?? '';
      if (value) q.set(name, name === 'from' || name === 'to' ? `${value}:00+08:00` : value);
    }
    return q;
  }

  private async search(): Promise<void> {
    this.asked = this.query();
    const span = new URLSearchParams([...this.asked].filter(([name]) => name === 'from' || name === 'to'));
    this.export.href = `/v1/audit/export?${span}`; // a part of the chain in one piece proves itself, a selection cannot
    this.entries = [];
    await this.turn();
  }

  /** Reads one page, or one more. */
  private async turn(after?: number): Promise<void> {
    await this.frame.try(async () => {
      const page = await ask<Answers['GET /v1/audit']>(`/v1/audit?${this.asked}${after ? `&after=${after}` : ''}`);
      this.entries.push(...page.entries);
      this.next = page.next;
    });
    this.draw();
  }

  private async verifies(): Promise<void> {
    const { frame } = this;
    this.verify.disabled = true;
    this.verify.textContent = frame.word('verifying');
    await frame.try(async () => {
      const is = await ask<Answers['POST /v1/audit/verify']>('/v1/audit/verify', { method: 'POST' });
      if (is.sound) frame.tell(frame.word('whole').replace('{n}', is.entries.toLocaleString('en')));
      else frame.tell(`${frame.word('broken')}#${is.seq ?? 0} ${is.fault ?? ''}`, true);
    });
    this.verify.disabled = false;
    this.verify.textContent = frame.word('verify');
  }

  private draw(): void {
    const { frame, next } = this;
    if (this.entries.length === 0) {
      this.list.replaceChildren(make('p', { className: 'hint' }, frame.word('none')));
      return;
    }
    const heads = ['#', ...(['at', 'who', 'action', 'what', 'outcome', 'purpose', 'address'] as const).map((k) => frame.word(k))];
    this.list.replaceChildren(table(heads, this.entries.map((e) => [
      String(e.seq), stamp(instant(e.at) ?? 0), e.who, e.action, e.what ?? '', frame.word(e.outcome), [e.purpose, e.incident].filter(Boolean).join(' · '), e.address ?? '',
    ])), ...(next ? [button(frame.word('more'), () => void this.turn(next))] : []));
  }
}
