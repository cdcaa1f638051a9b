/** What lies over the panes until it is put away: an incident, or a report. */
import { button, make } from '../lib/dom';
import { icon } from './icons';

export class Sheet {
  private closed: (() => void) | undefined;
  private back: HTMLElement | undefined;
  private leaving = false; // of the history, which takes a moment

  constructor(readonly part: HTMLElement, private readonly behind: HTMLElement[]) {
    addEventListener('keydown', (e) => { if (e.key === 'Escape' && this.open && !document.querySelector('dialog[open]')) this.hide(); });
    // The phone's own way back puts it away as well.
    addEventListener('popstate', () => {
      if (this.leaving) {
        this.leaving = false;
        if (this.open) history.pushState('sheet', ''); // another was shown meanwhile
      } else if (this.open) this.put();
    });
  }

  get open(): boolean {
    return !this.part.hidden;
  }

  /** Shows it; closed is called when it is put away. */
  show(closed: () => void): void {
    if (this.open) this.put();
    else this.back = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    this.closed = closed;
    this.part.hidden = false;
    delete this.part.dataset.shows;
    this.behind.forEach((b) => { b.inert = true; });
    if (history.state !== 'sheet') history.pushState('sheet', '');
  }

  hide(): void {
    if (!this.open) return;
    if (history.state === 'sheet' && !this.leaving) {
      this.leaving = true;
      history.back();
    }
    this.put();
  }

  private put(): void {
    this.part.hidden = true;
    this.part.replaceChildren();
    this.behind.forEach((b) => { b.inert = false; });
    const { closed } = this;
    this.closed = undefined;
    closed?.();
    this.back?.focus({ preventScroll: true });
  }

  /** The head of what is shown, with the way back at the left. */
  head(title: string, back: string, ...more: Node[]): HTMLElement {
    const b = button('', () => this.hide(), 'round');
    b.append(icon('back'));
    b.ariaLabel = back;
    b.dataset.key = 'back';
    return make('header', {}, b, make('h2', { id: 'sheet-title', tabIndex: -1 }, title), ...more);
  }
}
