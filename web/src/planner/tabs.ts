/** Panes of which one is shown: by mouse, and by arrows as tabs are. */
import { make } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import type { Pane } from './bench';
import { say, type PlannerWord } from './words';

export class Tabs {
  private readonly list = make('div', { className: 'tabs', role: 'tablist' });
  private readonly buttons: HTMLButtonElement[];

  constructor(private readonly root: HTMLElement, private readonly panes: [PlannerWord, Pane][], private readonly lang: () => Lang) {
    this.buttons = panes.map(([name, pane], i) => {
      const b = make('button', { type: 'button', role: 'tab', id: `tab-${name}` });
      b.dataset.tab = name;
      b.setAttribute('aria-controls', `pane-${name}`);
      b.addEventListener('click', () => this.show(i));
      b.addEventListener('keydown', (e) => {
        const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: panes.length - 1 }[e.key];
        if (to === undefined) return;
        e.preventDefault();
        const at = (to + panes.length) % panes.length;
        this.show(at);
        this.buttons[at]?.focus();
      });
      pane.root.id = `pane-${name}`;
      pane.root.setAttribute('role', 'tabpanel');
      pane.root.setAttribute('aria-labelledby', b.id);
      pane.root.tabIndex = 0;
      return b;
    });
    this.list.append(...this.buttons);
    root.replaceChildren(this.list, ...panes.map(([, p]) => p.root));
    this.show(0);
  }

  show(at: number): void {
    this.panes.forEach(([, pane], i) => {
      pane.root.hidden = i !== at;
      const b = this.buttons[i]!;
      b.setAttribute('aria-selected', String(i === at));
      b.tabIndex = i === at ? 0 : -1;
    });
  }

  showPane(name: PlannerWord): void {
    this.show(Math.max(0, this.panes.findIndex(([n]) => n === name)));
  }

  speak(label: PlannerWord): void {
    this.root.setAttribute('aria-label', say(label, this.lang()));
    this.list.setAttribute('aria-label', say(label, this.lang()));
    this.panes.forEach(([name, pane], i) => {
      this.buttons[i]!.textContent = say(name, this.lang());
      pane.speak();
    });
  }
}
