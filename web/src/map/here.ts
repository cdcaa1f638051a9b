/** The list of who is here. It changes in place, so that a button that is about to be pressed stays where it is. */
import { say } from '../lib/dom';
import type { Screen } from '../lib/frames';
import { word, type Lang } from '../lib/i18n';
import type { Leader } from '../lib/presence';

/** How many screens are listed; of more only the number is told. */
const listed = 50;

export interface Told {
  here: Iterable<Screen>;
  myself: string; // our session
  leader: Leader | undefined;
  place(s: Screen): string;
  chosen(fid: number): string; // what a screen has selected
}

export class HereList {
  private readonly rows = new Map<string, HTMLLIElement>();

  /** follow is called with the screen whose button is pressed. */
  constructor(private readonly list: HTMLElement, private readonly follow: (s: Screen) => void) {}

  show(t: Told, lang: Lang): void {
    const screens = [...t.here].sort((a, b) => a.since - b.since || (a.session < b.session ? -1 : 1)).slice(0, listed);
    const stay = new Set(screens.map((s) => s.session));
    for (const [session, row] of this.rows) {
      if (stay.has(session)) continue;
      row.remove();
      this.rows.delete(session);
    }
    for (const s of screens) {
      let row = this.rows.get(s.session);
      if (!row) this.rows.set(s.session, (row = this.row()));
      this.fill(row, s, t, lang);
      if (!row.isConnected) this.list.append(row);
    }
  }

  private row(): HTMLLIElement {
    const row = document.createElement('li');
    const text = document.createElement('div');
    const button = document.createElement('button');
    button.type = 'button';
    text.append(document.createElement('strong'), document.createElement('small'));
    row.append(text, button);
    return row;
  }

  private fill(row: HTMLLIElement, s: Screen, t: Told, lang: Lang): void {
    const [name, looks, button] = [row.querySelector('strong'), row.querySelector('small'), row.querySelector('button')];
    if (!name || !looks || !button) return;
    const mine = s.session === t.myself;
    const led = t.leader?.session === s.session;
    row.dataset.session = s.session;
    say(name, mine ? `${s.name}（${word('myself', lang)}）` : s.name);
    say(looks, [t.place(s), ...(s.selected ? [`${word('selected', lang)} ${t.chosen(s.selected)}`] : [])].join(' · '));
    button.hidden = mine || !s.camera;
    say(button, word(led ? 'stop' : 'follow', lang));
    button.setAttribute('aria-pressed', String(led));
    button.setAttribute('aria-label', `${word(led ? 'stop' : 'follow', lang)} ${s.name}`);
    button.onclick = () => this.follow(s);
  }
}
