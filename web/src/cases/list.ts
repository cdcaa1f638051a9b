/** The list of open incidents and alarms. Its rows change in place, so that one that is about to be pressed stays what it is. */
import { make, say as put } from '../lib/dom';
import type { CaseRow } from '../lib/docket';
import { stateWord, type Lang } from '../lib/i18n';
import { lights, say, severityWord } from '../lib/casewords';

/** How many are listed; of more only the number is told. */
const listed = 200;

export class CaseList {
  private readonly rows = new Map<string, HTMLLIElement>();
  private readonly rest = make('li', { className: 'rest' });

  /** open is called with the case whose row is pressed. */
  constructor(private readonly list: HTMLElement, private readonly open: (row: CaseRow) => void) {}

  show(all: CaseRow[], chosen: string, areas: (row: CaseRow) => number, className: (code: string) => string, lang: Lang): void {
    const shown = all.slice(0, listed);
    const stay = new Set(shown.map((r) => r.id));
    for (const [id, row] of this.rows) {
      if (stay.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    const focused = document.activeElement;
    shown.forEach((r, i) => {
      let row = this.rows.get(r.id);
      if (!row) this.rows.set(r.id, (row = makeRow()));
      this.fill(row, r, r.id === chosen, areas(r), className(r.class), lang);
      if (this.list.children[i] !== row) this.list.insertBefore(row, this.list.children[i] ?? null);
    });
    if (focused instanceof HTMLElement && focused !== document.activeElement && this.list.contains(focused)) focused.focus(); // it was moved
    put(this.rest, all.length === 0 ? say('nothing', lang) : say('more', lang, { n: all.length - shown.length }));
    this.rest.hidden = all.length > 0 && all.length === shown.length;
    this.list.append(this.rest);
  }

  /** Brings the focus back to where a case was opened. */
  focus(id: string): void {
    this.rows.get(id)?.querySelector('button')?.focus();
  }

  private fill(row: HTMLLIElement, r: CaseRow, chosen: boolean, areas: number, className: string, lang: Lang): void {
    const button = row.querySelector('button');
    const [title, state, small] = [row.querySelector('strong'), row.querySelector<HTMLElement>('.state'), row.querySelector('small')];
    if (!button || !title || !state || !small) return;
    const light = lights[r.light] ?? 'green';
    Object.assign(row.dataset, { id: r.id, kind: r.kind, state: r.state, severity: String(r.severity), light });
    put(title, r.title || className);
    put(state, stateWord(r.state, lang));
    put(small, [severityWord(r.severity, lang), className, ...(r.light > 0 ? [say(light, lang)] : []), ...(areas > 1 ? [say('streets', lang, { n: areas })] : []), r.id].join(' · '));
    button.ariaPressed = String(chosen);
    button.onclick = () => this.open(r);
  }
}

function makeRow(): HTMLLIElement {
  const mark = make('span', { className: 'mark', ariaHidden: 'true' });
  return make('li', {}, make('button', { type: 'button' }, mark, make('strong'), make('span', { className: 'state' }), make('small')));
}
