/** Dead letters: what was refused at the door, to be looked at, let in again or thrown away. */
import { ask } from '../lib/ask';
import type { Answers, Schemas } from '../lib/contract';
import { button, make } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { field, sheet } from './desk';
import { ListDesk } from './listdesk';

type Letter = Schemas['letter'];

const path = (seq: number): string => `/v1/deadletters/${seq}`;

export class Letters extends ListDesk {
  private readonly form = make('form', { className: 'filters' });
  private letters: Letter[] = [];
  private next: number | undefined;

  constructor(lang: () => Lang) {
    super('letters', lang);
    this.tool('replayAll', () => void this.surely('replayAll', this.query() || this.say('allLetters'), () => this.replayAll()));
    this.frame.body.prepend(this.form);
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.load();
    });
    void this.load();
  }

  override speak(): void {
    const given = new FormData(this.form);
    const input = (name: string): HTMLInputElement => make('input', { name, value: given.get(name)?.toString() ?? '', autocomplete: 'off', spellcheck: false });
    this.form.replaceChildren(field(this.say('reason'), input('reason')), field(this.say('device'), input('device')), make('button', { type: 'submit', className: 'primary' }, this.say('search')));
    super.speak();
  }

  private query(): string {
    const given = new FormData(this.form);
    return String(new URLSearchParams([...given].flatMap(([k, v]) => (typeof v === 'string' && v.trim() ? [[k, v.trim()]] : []))));
  }

  protected async fetch(): Promise<void> {
    const page = await ask<Answers['GET /v1/deadletters']>(`/v1/deadletters?${this.query()}`);
    this.letters = page.letters;
    this.next = page.next;
  }

  private more(after: number): void {
    void this.frame.try(async () => {
      const page = await ask<Answers['GET /v1/deadletters']>(`/v1/deadletters?${this.query()}&after=${after}`);
      this.letters.push(...page.letters);
      this.next = page.next;
      this.draw();
    });
  }

  protected draw(): void {
    const { next } = this;
    this.rows(['number', 'received', 'reason', 'device', 'way', 'begins', 'ways'], this.letters.map((l) => [
      String(l.seq), stamp(instant(l.received) ?? 0), make('span', {}, l.reason, make('br'), make('small', {}, l.detail)), l.device ?? '', [l.way, l.door, l.mapping, l.topic].filter(Boolean).join(' · '),
      make('span', { className: 'begins' }, l.begins ?? ''),
      this.ways(String(l.seq), ['look', () => void this.look(l)], ['replay', () => void this.replay(l)], ['erase', () => void this.surely('erase', String(l.seq), () => ask(path(l.seq), { method: 'DELETE' }))]),
    ]));
    if (next) this.list.append(button(this.say('later'), () => this.more(next)));
  }

  private async look(l: Letter): Promise<void> {
    await this.frame.try(async () => {
      const is = await ask<Letter>(path(l.seq));
      sheet(`${this.say('letter')} ${l.seq}`, (body, close) => {
        body.append(make('p', { className: 'hint' }, `${is.reason}: ${is.detail}`), make('pre', { tabIndex: 0 }, is.payload ?? is.payloadBase64 ?? ''),
          make('div', { className: 'ways' }, button(this.say('replay'), () => { close(); void this.replay(l); }), button(word('close', this.lang()), close, 'primary')));
      });
    });
  }

  private async replay(l: Letter): Promise<void> {
    await this.frame.try(async () => {
      const is = await ask<Schemas['replayed']>(`${path(l.seq)}/replay`, { method: 'POST' });
      await this.fetch();
      this.draw();
      const why = is.error ?? is.results.map((r) => r.detail).join(' · ');
      this.frame.tell(is.removed ? `${this.say('letIn')} ${l.seq}` : `${this.say('stillRefused')} ${l.seq}: ${why}`, !is.removed);
    });
  }

  /** Lets in again what the filters name, page by page. */
  private async replayAll(): Promise<void> {
    let removed = 0;
    let left = 0;
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: Answers['POST /v1/deadletters/replay'] = await ask(`/v1/deadletters/replay?${this.query()}${after ? `&after=${after}` : ''}`, { method: 'POST' });
      removed += page.letters.filter((x) => x.removed).length;
      left += page.letters.filter((x) => !x.removed).length;
      after = page.next;
    }
    this.frame.tell(`${this.say('letIn')} ${removed} · ${this.say('stillRefused')} ${left}`, left > 0);
  }
}
