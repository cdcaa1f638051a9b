/** A desk that shows a list, and what may be done with what is on it. */
import { button, make } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { dialog, Frame, table, type Desk } from './desk';
import type { AdminWord } from './words';

export abstract class ListDesk implements Desk {
  protected readonly frame: Frame;
  protected readonly list = make('div');
  private readonly tools: [AdminWord, HTMLButtonElement][] = [];

  constructor(name: AdminWord, protected readonly lang: () => Lang) {
    this.frame = new Frame(name, lang);
    this.frame.body.append(this.list);
  }

  get root(): HTMLElement {
    return this.frame.root;
  }

  speak(): void {
    this.frame.speak();
    for (const [key, b] of this.tools) b.textContent = this.say(key);
    this.draw();
  }

  /** Shows what is known. */
  protected abstract draw(): void;

  /** Asks for what is listed. */
  protected abstract fetch(): Promise<void>;

  protected say = (key: AdminWord): string => this.frame.word(key);

  /** Reads the list and shows it. */
  protected load(): Promise<boolean> {
    return this.frame.try(async () => {
      await this.fetch();
      this.draw();
    });
  }

  /** A button beside the title. */
  protected tool(key: AdminWord, press: () => void, className = ''): HTMLButtonElement {
    const b = button('', press, className);
    this.tools.push([key, b]);
    this.frame.tools.append(b);
    return b;
  }

  /** Shows a table, or that there is nothing. */
  protected rows(heads: AdminWord[], rows: (string | Node)[][]): void {
    this.list.replaceChildren(rows.length > 0 ? table(heads.map(this.say), rows) : make('p', { className: 'hint' }, this.say('none')));
  }

  /** Buttons of a row, of which each says what it is about. */
  protected ways(about: string, ...ways: [AdminWord, () => void][]): HTMLElement {
    return make('div', { className: 'row-ways' }, ...ways.map(([key, press]) => {
      const b = button(this.say(key), press);
      b.ariaLabel = `${b.textContent} ${about}`;
      return b;
    }));
  }

  /** Does something if one is sure, and reads the list again. */
  protected async surely(what: AdminWord, about: string, act: () => Promise<unknown>): Promise<void> {
    const text = this.say('sure').replace('{what}', this.say(what)).replace('{who}', about);
    if (!(await dialog(text, [make('p', {}, text)], [[word('cancel', this.lang()), false], [this.say('yes'), true, 'primary']], false))) return;
    await this.frame.try(async () => {
      await act();
      await this.fetch();
      this.draw();
    });
  }

  /** Shows a text that is told this once. */
  protected async once(told: string, secret: string): Promise<void> {
    const copy = button(this.say('copy'), () => void navigator.clipboard?.writeText(secret));
    await dialog(told, [make('p', {}, told), make('output', { className: 'secret' }, secret), copy], [[this.say('close'), undefined, 'primary']], undefined);
  }
}
