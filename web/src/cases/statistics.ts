/** How often rules and algorithms were right. */
import { tallies, type Tally } from '../lib/cases';
import { button, make } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { say } from '../lib/casewords';

export class Statistics {
  private readonly dialog = make('dialog', { id: 'statistics', className: 'deed' });

  constructor(private readonly lang: () => Lang) {
    document.body.append(this.dialog);
  }

  async open(): Promise<void> {
    const lang = this.lang();
    const body = await tallies().then((all) => table(all, lang), () => make('p', { role: 'alert' }, say('listAway', lang)));
    this.dialog.setAttribute('aria-labelledby', 'statistics-title');
    this.dialog.replaceChildren(make('h2', { id: 'statistics-title' }, `${say('statistics', lang)} · ${say('last30', lang)}`), body,
      make('div', { className: 'ways' }, button(word('close', lang), () => this.dialog.close())));
    this.dialog.showModal();
  }
}

function table(all: Tally[], lang: Lang): HTMLElement {
  if (all.length === 0) return make('p', {}, say('nothing', lang));
  const heads = (['source', 'alarmsRaised', 'confirmedOnes', 'falseOnes', 'falseRate'] as const).map((k) => make('th', { scope: 'col' }, say(k, lang)));
  const rows = all.map((t) => {
    const judged = t.confirmed + t.false;
    const row = make('tr', {}, make('th', { scope: 'row' }, t.of.replace(/^\w+ /, '')),
      ...[t.alarms, t.confirmed, t.false, judged === 0 ? '–' : `${Math.round(t.falseRate * 100)} %`].map((v) => make('td', {}, String(v))));
    row.dataset.of = t.of;
    return row;
  });
  return make('div', { className: 'scroll', tabIndex: 0 }, make('table', {}, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...rows)));
}
