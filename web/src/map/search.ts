/** The search box: words in, what has them below, grouped; by keyboard as by mouse. */
import type { Named } from '../lib/api';
import { make, say } from '../lib/dom';
import type { LonLat } from '../lib/geo';
import { choose, isWord, stateWord, word, type Lang } from '../lib/i18n';
import { find, grouped, layerOf, moved, parts, titleOf, type Found, type Hit, type Match } from '../lib/search';

export interface Parts { box: HTMLElement; input: HTMLInputElement; list: HTMLElement; note: HTMLElement }

export interface Around {
  classes: Named[];
  lang(): Lang;
  near(): LonLat; // the middle of what is shown
  pick(hit: Hit): void;
}

/** How long the box waits for the next letter before it asks, in milliseconds. */
const pause = 150;

export class SearchBox {
  private hits: Hit[] = [];
  private found: Found | undefined;
  private chosen = -1;
  private turn = 0; // of the last question: older answers come too late
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: Parts, private readonly around: Around) {
    const { box, input, list } = parts;
    input.addEventListener('input', (e) => {
      // While a word is put together by an input method it is none yet.
      if (!(e as InputEvent).isComposing) this.later();
    });
    input.addEventListener('compositionend', () => this.later());
    input.addEventListener('keydown', (e) => { if (!e.isComposing) this.key(e); });
    input.addEventListener('focus', () => { if (this.found) this.show(); });
    list.addEventListener('mousedown', (e) => e.preventDefault()); // the input keeps the focus
    box.addEventListener('focusout', (e) => { if (!box.contains(e.relatedTarget as Node | null)) this.hide(); });
    addEventListener('keydown', (e) => {
      const typing = e.target instanceof HTMLElement && e.target.closest('input, textarea, select, dialog');
      if (e.key !== '/' || typing || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      input.select();
      input.focus();
    });
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    const { input, list } = this.parts;
    const lang = this.around.lang();
    input.placeholder = word('search', lang);
    input.setAttribute('aria-label', word('search', lang));
    list.setAttribute('aria-label', word('found', lang));
    if (this.found) this.draw(this.found);
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), pause);
  }

  private async ask(): Promise<void> {
    const turn = ++this.turn;
    const words = this.parts.input.value.trim();
    if (words === '') {
      this.found = undefined;
      this.hide();
      return;
    }
    try {
      const found = await find(words, this.around.near());
      if (turn === this.turn) this.draw(found);
    } catch (e) {
      if (turn !== this.turn) return;
      this.draw({ hits: [], total: 0, exact: true });
      say(this.parts.note, word('notSearched', this.around.lang()) + (e as Error).message);
    }
  }

  private key(e: KeyboardEvent): void {
    switch (e.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        if (!this.open && this.found) this.show();
        this.choose(moved(this.chosen, e.key, this.hits.length));
        break;
      case 'Enter': {
        const hit = this.hits[Math.max(0, this.chosen)];
        if (this.open && hit) this.pick(hit);
        break;
      }
      case 'Escape':
        if (!this.open) return; // it closes what lies below
        this.leave();
        e.stopPropagation();
        break;
      default:
        return;
    }
    e.preventDefault();
  }

  private get open(): boolean {
    return !this.parts.note.hidden;
  }

  private show(): void {
    this.parts.list.hidden = this.hits.length === 0;
    this.parts.note.hidden = false;
    this.parts.input.setAttribute('aria-expanded', String(!this.parts.list.hidden));
  }

  private hide(): void {
    this.choose(-1);
    this.parts.list.hidden = true;
    this.parts.note.hidden = true;
    this.parts.input.setAttribute('aria-expanded', 'false');
  }

  /** Closes, and opens no more for an answer that is on its way. */
  private leave(): void {
    clearTimeout(this.timer);
    this.turn++;
    this.hide();
  }

  private pick(hit: Hit): void {
    this.leave();
    this.around.pick(hit);
  }

  private choose(n: number): void {
    const { input, list } = this.parts;
    const options = list.querySelectorAll<HTMLElement>('[role=option]');
    options[this.chosen]?.setAttribute('aria-selected', 'false');
    this.chosen = n;
    const option = options[n];
    if (!option) return input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', option.id);
  }

  private draw(found: Found): void {
    const lang = this.around.lang();
    this.found = found;
    this.choose(-1);
    const groups = grouped(found);
    this.hits = groups.flatMap((g) => g.hits);
    let n = 0;
    this.parts.list.replaceChildren(...groups.map((g) => {
      const name = g.kind === 'over' ? word('overCases', lang) : this.kindName(g.kind, lang);
      const title = make('div', { className: 'group', textContent: name });
      title.setAttribute('role', 'presentation');
      const group = make('div', {}, title, ...g.hits.map((hit) => this.option(hit, n++, lang)));
      group.setAttribute('role', 'group');
      group.setAttribute('aria-label', name);
      return group;
    }));
    const total = `${found.exact ? '' : '≥ '}${found.total.toLocaleString('en')}`;
    say(this.parts.note, found.total === 0 && this.hits.length === 0 ? word('nothingFound', lang) : word('foundAll', lang).replace('{n}', total));
    if (document.activeElement === this.parts.input) this.show();
  }

  private kindName(kind: string, lang: Lang): string {
    const layer = layerOf(kind);
    return isWord(layer) ? word(layer, lang) : layer;
  }

  private option(hit: Hit, n: number, lang: Lang): HTMLElement {
    const title = titleOf(hit, lang === 'en');
    const name = this.around.classes.find((c) => c.code === hit.class);
    const about = [
      name ? choose([name.name, name.nameEn], lang) : '', hit.state && hit.state !== 'normal' ? stateWord(hit.state, lang) : '',
      hit.distance === undefined ? '' : far(hit.distance),
    ].filter((text) => text !== '').join(' · ');
    const option = make('div', { id: `found-${n}` }, text(title), make('small', { textContent: about }));
    // What else it was found by.
    const other = hit.matches.find((m) => m.field !== title.field);
    if (title.pieces.length === 0 && other) option.append(make('small', { className: 'by' }, text(other)));
    option.setAttribute('role', 'option');
    option.setAttribute('aria-selected', 'false');
    if (hit.severity) option.dataset.severity = String(hit.severity);
    option.addEventListener('click', () => this.pick(hit));
    return option;
  }
}

/** A text with what was found marked. */
function text(m: Match): HTMLElement {
  return make('span', {}, ...parts(m.text, m.pieces).map((p) => (p.marked ? make('mark', { textContent: p.text }) : p.text)));
}

/** How far something is, in metres below a kilometre. */
function far(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;
}
