/** A report by telephone: who calls is asked where, and told at once if it is known already. */
import { ReportForm, type Around as ReportAround } from '../cases/report';
import type { Finding } from '../lib/cases';
import { say as caseWord } from '../lib/casewords';
import { button, make } from '../lib/dom';
import { distance, type LonLat } from '../lib/geo';
import { stateWord, type Lang } from '../lib/i18n';
import { find } from '../lib/search';
import type { Entry } from './entry';
import { said } from './words';

/** How near another of the class is told of, in metres, and how many are. */
const reach = 1000;
const told = 5;

/** How many places are offered. */
const offers = 6;

/** The open incidents of a class near a place, the nearest first. */
export function nearby(open: readonly Entry[], of: string, at: LonLat): { entry: Entry; metres: number }[] {
  return open.filter((e) => e.open && e.kind === 'incident' && e.class === of).map((entry) => ({ entry, metres: distance(entry.place, at) }))
    .filter((n) => n.metres <= reach).sort((a, b) => a.metres - b.metres).slice(0, told);
}

export interface Around extends ReportAround {
  open(): readonly Entry[];
  go(at: LonLat): void; // the map goes there
  show(e: Entry): void;
}

export class PhoneReport extends ReportForm {
  private readonly near = make('div', { className: 'near', role: 'status' });
  private turn = 0;

  constructor(private readonly desk: Around) {
    super(desk);
    this.dialog.addEventListener('change', () => this.look());
  }

  override open(): void {
    super.open();
    this.look();
  }

  /** What is open has changed, or what is asked for has. */
  look(): void {
    if (!this.dialog.open) return;
    const lang = this.desk.lang();
    const of = this.dialog.querySelector<HTMLSelectElement>('[name=class]')?.value ?? '';
    const all = nearby(this.desk.open(), of, this.at);
    const key = JSON.stringify([lang, all.map((n) => [n.entry.id, n.entry.state, Math.round(n.metres)])]);
    if (this.near.dataset.said === key) return;
    this.near.dataset.said = key;
    this.near.replaceChildren(make('h3', {}, said(all.length > 0 ? 'near' : 'nearNone', lang)), ...(all.length > 0 ? [make('ul', {}, ...all.map(({ entry, metres }) =>
      make('li', {}, make('span', {}, `${entry.title} · ${stateWord(entry.state, lang)} · ${caseWord('metres', lang, { n: Math.round(metres) })}`), button(caseWord('show', lang), () => {
        this.dialog.close();
        this.desk.show(entry);
      }))))] : []));
  }

  protected override usual(): string {
    return 'hotline';
  }

  protected override more(lang: Lang): HTMLElement[] {
    const field = (name: string, label: string, more: Partial<HTMLInputElement> = {}): [HTMLElement, HTMLInputElement] => {
      const input = make('input', { id: `report-${name}`, name, autocomplete: 'off', ...more });
      return [make('div', { className: 'field' }, make('label', { htmlFor: input.id }, label), input), input];
    };
    const [place, where] = field('where', said('searchPlace', lang), { type: 'search', maxLength: 100 });
    const list = make('ul', { className: 'places' });
    let timer: ReturnType<typeof setTimeout> | undefined;
    where.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.offer(where.value.trim(), list, lang), 200);
    });
    // It looks for a place, it does not send.
    where.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter' || e.isComposing) return;
      e.preventDefault();
      list.querySelector('button')?.click();
    });
    this.near.dataset.said = '';
    place.append(list);
    return [place, this.near, field('address', caseWord('address', lang), { maxLength: 60 })[0], field('contact', said('caller', lang), { maxLength: 60 })[0], field('ref', said('ref', lang), { maxLength: 64 })[0]];
  }

  protected override given(text: (name: string) => string): Partial<Finding> {
    return Object.fromEntries((['address', 'contact', 'ref'] as const).map((k) => [k, text(k)]).filter(([, v]) => v));
  }

  protected override placed(at: LonLat): void {
    super.placed(at);
    this.desk.go(at);
    this.look();
  }

  /** Offers places that have the words; a press takes one. */
  private async offer(words: string, list: HTMLElement, lang: Lang): Promise<void> {
    const turn = ++this.turn;
    const hits = words === '' ? [] : await find(words, this.at).then((f) => f.hits.slice(0, offers), () => []);
    if (turn !== this.turn) return;
    list.replaceChildren(...hits.map((h) => make('li', {}, button(h.name || h.id, () => {
      this.placed(h.place);
      const address = this.dialog.querySelector<HTMLInputElement>('[name=address]');
      if (address && address.value === '' && h.kind !== 'incident' && h.kind !== 'alarm') address.value = h.name ?? '';
      list.replaceChildren();
    }))), ...(words !== '' && hits.length === 0 ? [make('li', {}, said('placeNone', lang))] : []));
  }
}
