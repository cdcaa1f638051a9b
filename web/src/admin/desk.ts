/** What the desks of the administrators have in common. */
import { button, make } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { Offline } from '../lib/problem';
import { say, type AdminWord } from './words';

/** One part of the page. */
export interface Desk {
  readonly root: HTMLElement;
  /** Shows everything again, in the language of now. */
  speak(): void;
}

/** A part with a title, tools beside it, and a place where it says what went wrong. */
export class Frame {
  readonly root = make('section', { className: 'desk' });
  readonly tools = make('div', { className: 'tools' });
  readonly body = make('div', { className: 'body' });
  private readonly title = make('h2');
  private readonly told = make('p', { className: 'told', role: 'status' });

  constructor(private readonly name: AdminWord, readonly lang: () => Lang) {
    this.title.id = `desk-${name}`;
    this.root.setAttribute('aria-labelledby', this.title.id);
    this.root.append(make('header', {}, this.title, this.tools), this.told, this.body);
  }

  word(key: AdminWord): string {
    return say(key, this.lang());
  }

  speak(): void {
    this.title.textContent = this.word(this.name);
  }

  tell(text: string, bad = false): void {
    this.told.textContent = text;
    this.told.classList.toggle('bad', bad);
  }

  /** Does something that may fail; says so if it does. Whether it was done. */
  async try(what: () => Promise<void>): Promise<boolean> {
    try {
      this.tell('');
      await what();
      return true;
    } catch (e) {
      this.tell(e instanceof Offline ? this.word('offline') : this.word('trouble') + (e as Error).message, true);
      return false;
    }
  }
}

/** A table; a row is what is in its cells. */
export function table(heads: string[], rows: (string | Node)[][]): HTMLElement {
  return make('div', { className: 'scroll', tabIndex: 0 }, make('table', {},
    make('thead', {}, make('tr', {}, ...heads.map((h) => make('th', { scope: 'col' }, h)))),
    make('tbody', {}, ...rows.map((cells) => make('tr', {}, ...cells.map((c) => make('td', {}, c)))))));
}

/** A field with its label. */
export function field(label: string, input: HTMLElement, hint = ''): HTMLElement {
  return make('label', { className: 'field' }, make('span', {}, label), input, ...(hint ? [make('small', {}, hint)] : []));
}

/** Shows something until it is closed, with ways to close it; which was taken. */
export async function dialog<T>(label: string, content: (Node | string)[], ways: [string, T, string?][], none: T): Promise<T> {
  const d = make('dialog', {}, make('div', { className: 'content' }, ...content));
  d.setAttribute('aria-label', label);
  return new Promise((answer) => {
    let taken = none;
    d.append(make('div', { className: 'ways' }, ...ways.map(([text, way, className]) => button(text, () => {
      taken = way;
      d.close();
    }, className))));
    d.addEventListener('close', () => {
      d.remove();
      answer(taken);
    });
    document.body.append(d);
    d.showModal();
  });
}

/** A large dialog that is filled by write, which may close it; it goes when it is closed. */
export function sheet(label: string, write: (body: HTMLElement, close: () => void) => void): void {
  const body = make('div', { className: 'content' });
  const d = make('dialog', { className: 'sheet' }, make('h2', {}, label), body);
  d.setAttribute('aria-label', label);
  d.addEventListener('close', () => d.remove());
  document.body.append(d);
  d.showModal();
  write(body, () => d.close());
}

/** Names and what they have, one below the other. */
export function pairs(rows: [string, string | Node][]): HTMLElement {
  return make('dl', {}, ...rows.flatMap(([name, is]) => [make('dt', {}, name), make('dd', {}, is)]));
}
