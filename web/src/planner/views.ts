/** Views that are kept: by a link, and by name in this browser. */
import { button, make, say as put } from '../lib/dom';
import { field, type Bench, type Pane } from './bench';
import { say } from './words';

interface Saved { name: string; hash: string }

const key = 'suhe.planner.views';

export class Views implements Pane {
  readonly root = make('section', { className: 'pane' });
  private readonly told = make('p', { className: 'told', role: 'status' });
  private readonly link = make('input', { type: 'text', readOnly: true, id: 'link' });

  /** open restores what an address says. */
  constructor(private readonly bench: Bench, private readonly open: (hash: string) => void) {
    this.link.addEventListener('focus', () => this.link.select());
    addEventListener('storage', (e) => { if (e.key === key) this.speak(); });
  }

  /** The address has changed. */
  moved(): void {
    this.link.value = location.href;
  }

  speak(): void {
    const lang = this.bench.lang();
    const name = make('input', { type: 'text', maxLength: 40, required: true, autocomplete: 'off', name: 'view' });
    const form = make('form', { className: 'fields' }, field(say('viewName', lang), name), make('button', { type: 'submit', className: 'primary' }, say('save', lang)));
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      const given = name.value.trim();
      if (given === '') return;
      keep([...kept().filter((v) => v.name !== given), { name: given, hash: location.hash }]);
      this.speak();
    });
    const views = kept();
    put(this.told, '');
    this.moved();
    this.root.replaceChildren(
      make('h3', {}, say('link', lang)), make('p', { className: 'hint' }, say('linkHint', lang)),
      field(say('link', lang), this.link), button(say('copyLink', lang), () => void this.copy(), 'primary'), this.told,
      make('h3', {}, say('saveView', lang)), form,
      make('h3', {}, say('named', lang)),
      views.length === 0 ? make('p', { className: 'hint' }, say('noViews', lang)) : make('ul', { className: 'shapes' }, ...views.map((v) => {
        const remove = button('✕', () => {
          keep(kept().filter((o) => o.name !== v.name));
          this.speak();
        }, 'small');
        remove.ariaLabel = `${say('delete', lang)} ${v.name}`;
        const go = button(v.name, () => this.open(v.hash), 'name');
        go.title = say('openView', lang);
        return make('li', {}, make('div', { className: 'head' }, go, remove));
      })));
  }

  private async copy(): Promise<void> {
    this.moved();
    this.link.select();
    // Without a secure origin there is no clipboard: what is chosen can be copied by hand.
    await navigator.clipboard?.writeText(this.link.value).then(() => put(this.told, say('copied', this.bench.lang())), () => undefined);
  }
}

function kept(): Saved[] {
  try {
    const all = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown;
    return Array.isArray(all) ? all.filter((v): v is Saved => typeof (v as Saved).name === 'string' && typeof (v as Saved).hash === 'string') : [];
  } catch {
    return []; // not written by us
  }
}

function keep(all: Saved[]): void {
  localStorage.setItem(key, JSON.stringify(all));
}
