/** A desk for documents that hold everywhere: rules, fences, silences, warnings. They are listed, written, checked, saved and taken away. */
import { ask } from '../lib/ask';
import { button, make } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { everywhere, type Me } from '../lib/session';
import { instant, stamp } from '../lib/time';
import { sheet } from './desk';
import type { Document } from './document';
import { Form, type Field } from './form';
import { ListDesk } from './listdesk';
import type { AdminWord } from './words';

/** A document with its revision: 0 is one of the program's own, that nobody saved. */
export interface Paper<D> { name: string; rev: number; at?: string; by?: string; edition?: string; doc: D }

export type Say = (key: AdminWord) => string;

/** What a kind of documents is like. */
export interface Papers<D extends object> {
  name: 'rules' | 'fences' | 'silences' | 'warnings'; // of the desk, the route and its list
  check?: string; // where one is checked without being saved
  blank(): Partial<D>;
  heads: AdminWord[];
  row(p: Paper<D>, say: Say, lang: Lang): (string | Node)[];
  fields(doc: Partial<D>, say: Say, lang: Lang): Field[];
  pages?: string[]; // fields that are the page's own, and are not sent
  redrawnBy?: string; // the field by which others come and go
  part?(form: Form, doc: Partial<D>, say: Say): HTMLElement; // beside the fields
  trial?(attempt: (what: (doc: object) => Promise<void>) => Promise<boolean>, say: Say, lang: Lang): HTMLElement; // what it would do is tried here
  ready?(): Promise<void>; // what rows and fields want to know
}

export class PaperDesk<D extends object> extends ListDesk {
  private readonly find = make('input', { type: 'search', className: 'find' });
  private readonly path: string;
  private all: Paper<D>[] = [];

  constructor(private readonly kind: Papers<D>, private readonly who: Me, lang: () => Lang) {
    super(kind.name, lang);
    this.path = `/v1/${kind.name}`;
    this.frame.tools.append(this.find);
    if (this.mayChange) this.tool('addOne', () => this.edit(undefined), 'primary');
    this.find.addEventListener('input', () => this.draw());
    void this.load();
  }

  /** What holds everywhere only those change who see everywhere. */
  private get mayChange(): boolean {
    return this.who.areas.includes(everywhere);
  }

  private at(name: string): string {
    return `${this.path}/${encodeURIComponent(name)}`;
  }

  protected async fetch(): Promise<void> {
    await this.kind.ready?.();
    this.all = (await ask<Record<string, Paper<D>[]>>(this.path))[this.kind.name] ?? [];
  }

  protected draw(): void {
    const { say, kind } = this;
    this.find.placeholder = this.find.ariaLabel = say('search');
    const words = this.find.value.trim().toLowerCase();
    const shown = this.all.filter((p) => `${p.name} ${JSON.stringify(p.doc)}`.toLowerCase().includes(words));
    this.rows(['named', ...kind.heads, 'revision', 'ways'], shown.map((p) => [p.name, ...kind.row(p, say, this.lang()), this.revision(p), this.mayChange ? this.waysOf(p) : '']));
  }

  private revision({ rev, at, by, edition }: Paper<D>): string {
    return (rev === 0 ? [this.say('ours'), edition] : [rev, stamp(instant(at) ?? 0).slice(0, 16), by]).filter(Boolean).join(' · ');
  }

  private waysOf(p: Paper<D>): HTMLElement {
    const { off } = p.doc as { off?: boolean };
    return this.ways(p.name,
      ['edit', () => this.edit(p)],
      ...(this.kind.name === 'rules' ? [[off ? 'enable' : 'disable', () => void this.save(p.name, p.rev, { ...p.doc, off: !off })] as [AdminWord, () => void]] : []),
      ...(p.rev > 0 ? [['remove', () => void this.surely('remove', p.name, () => ask(this.at(p.name), { method: 'DELETE', match: p.rev }))] as [AdminWord, () => void]] : []));
  }

  private save(name: string, rev: number, doc: object): Promise<boolean> {
    return this.frame.try(async () => {
      await ask(this.at(name), { method: 'PUT', body: doc, match: rev });
      await this.fetch();
      this.draw();
    });
  }

  private edit(p: Paper<D> | undefined): void {
    const title = p ? `${this.say('edit')} ${p.name}` : this.say('addOne');
    sheet(title, (body, close) => this.write(body, close, p, (p?.doc ?? this.kind.blank()) as Document, p?.name ?? ''));
  }

  /** Draws the form, and again when a field changes by which others come and go. */
  private write(body: HTMLElement, close: () => void, p: Paper<D> | undefined, doc: Document, named: string): void {
    const { kind, say } = this;
    const fields = kind.fields(doc as Partial<D>, say, this.lang());
    const name: Field[] = p ? [] : [{ name: 'name', label: say('named'), as: 'text', required: true, hint: say('nameHint') }];
    const beside = make('div');
    const checked = make('p', { className: 'told', role: 'status' });
    const trial = make('div');
    const own = [...(kind.pages ?? []), ...(p ? [] : ['name'])];
    const plain = (given: Document): Document => Object.fromEntries(Object.entries(given).filter(([k]) => !own.includes(k)));
    const form: Form = new Form(this.lang, [...name, ...fields], p ? doc : { ...doc, name: named }, say('save'), async (given) => {
      await ask(this.at(p?.name ?? String(given.name)), { method: 'PUT', body: plain(given), match: p?.rev ?? 0 });
      close();
      await this.load();
    }, [
      button(word('cancel', this.lang()), close),
      ...(kind.check ? [button(say('check'), () => void form.try(async (given) => {
        checked.textContent = '';
        await ask(kind.check ?? '', { method: 'POST', body: plain(given) });
        checked.textContent = say('isGood');
      }))] : []),
    ], [beside, checked, trial]);
    if (kind.trial) trial.append(kind.trial((what) => form.try((given) => what(plain(given))), say, this.lang()));
    if (kind.part) beside.append(kind.part(form, doc as Partial<D>, say));
    if (kind.redrawnBy) form.control(kind.redrawnBy)?.addEventListener('change', () => {
      const given = form.read();
      const kept = kind.fields(given as Partial<D>, say, this.lang()).map((f) => f.name.split('.')[0]);
      const known = fields.map((f) => f.name.split('.')[0]);
      const next = Object.fromEntries(Object.entries(given).filter(([k]) => k === 'name' || kept.includes(k) || !known.includes(k)));
      this.write(body, close, p, next, String(given.name ?? ''));
    });
    body.replaceChildren(form.root);
    form.root.querySelector<HTMLElement>(kind.redrawnBy && named ? `[name=${kind.redrawnBy}]` : 'input, select, textarea')?.focus();
  }
}
