/** The audit administrator's desk: who did what, and whether the record is whole. */
import { ask } from '../lib/ask';
import { button, make } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { field, Frame, table, type Desk } from './desk';

/** One thing that somebody did, or was refused; see internal/audit. */
interface Entry {
  seq: number;
  at: string;
  who: string;
  address?: string;
  action: string;
  what?: string;
  purpose?: string;
  incident?: string;
  outcome: 'done' | 'refused';
  detail?: object;
}

interface Page { entries: Entry[]; next?: string }

/** What the verification found. */
interface Verdict { whole: boolean; entries: number; fault?: string }

const filters = ['who', 'action', 'from', 'to', 'outcome'] as const;

export class Audit implements Desk {
  private readonly frame: Frame;
  private readonly form = make('form', { className: 'filters' });
  private readonly list = make('div');
  private readonly verify: HTMLButtonElement;
  private readonly export = make('a', { className: 'button', download: 'audit.jsonl' });
  private entries: Entry[] = [];
  private next: string | undefined;

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
    const outcome = make('select', { name: 'outcome' }, ...([['', 'any'], ['done', 'done'], ['refused', 'refused']] as const)
      .map(([value, key]) => make('option', { value, selected: was('outcome') === value }, frame.word(key))));
    this.form.replaceChildren(
      field(frame.word('who'), text('who')), field(frame.word('action'), text('action')), field(frame.word('from'), time('from')),
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
    const q = this.query();
    this.export.href = `/v1/audit/export?${q}`;
    this.entries = [];
    await this.turn(`/v1/audit?${q}`);
  }

  /** Reads one page more. */
  private async turn(address: string): Promise<void> {
    await this.frame.try(async () => {
      const page = await ask<Page>(address);
      this.entries.push(...page.entries);
      this.next = page.next;
    });
    this.draw();
  }

  private async verifies(): Promise<void> {
    this.verify.disabled = true;
    this.verify.textContent = this.frame.word('verifying');
    await this.frame.try(async () => {
      const is = await ask<Verdict>('/v1/audit/verify');
      if (is.whole) this.frame.tell(this.frame.word('whole').replace('{n}', is.entries.toLocaleString('en')));
      else this.frame.tell(this.frame.word('broken') + (is.fault ?? ''), true);
    });
    this.verify.disabled = false;
    this.verify.textContent = this.frame.word('verify');
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
