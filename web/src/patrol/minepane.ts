/** The pane of oneself: who is here, how the page looks, the map to take along, and the way out. */
import { make } from '../lib/dom';
import type { Datum } from '../lib/datum';
import { otherLanguage, word } from '../lib/i18n';
import { areaNames, roleNames } from '../lib/session';
import { other, type Theme } from '../lib/theme';
import type { Desk } from './desk';
import { press, redraw } from './parts';
import { say } from './words';

export interface Choices {
  theme(): Theme; dress(): void; speak(): void;
  bright(): boolean; brighten(): void;
  datum(): Datum; measure(d: Datum): void;
  map(): { share: number; bytes: number }; // of the creek's file
  update(): (() => void) | undefined; // to a newer edition of the page
  install(): (() => void) | undefined;
  leave(): void;
}

export class MinePane {
  constructor(private readonly pane: HTMLElement, private readonly desk: Desk, private readonly is: Choices) {}

  draw(): void {
    const { desk, is } = this;
    const lang = desk.lang();
    const { who } = desk;
    const map = is.map();
    const [update, install] = [is.update(), is.install()];
    const mapSaid = map.share >= 1 ? say('mapReady', lang, { n: `${(map.bytes / 1e6).toFixed(1)} MB` }) : map.share > 0 ? say('mapLoading', lang, { p: `${Math.round(map.share * 100)} %` }) : say('mapMissing', lang);
    redraw(this.pane, [lang, who, is.theme(), is.bright(), is.datum(), mapSaid, update !== undefined, install !== undefined], () => [
      make('div', { className: 'who' }, make('strong', {}, who.name || who.id), make('span', {}, `${roleNames(who.roles, lang)} · ${areaNames(who.areas, lang) || '–'}`)),
      ...(update ? [press('update', say('update', lang), update, 'primary')] : []),
      ...(install ? [press('install', say('install', lang), install)] : []),
      make('ul', { className: 'settings' },
        this.row(say('theme', lang), press('theme', word(other(is.theme()), lang), () => is.dress(), '', 'sun')),
        this.row(say('sunlight', lang), this.toggle('bright', say('sunlight', lang), is.bright(), () => is.brighten())),
        this.row('中文 / English', press('language', otherLanguage(lang), () => is.speak())),
        this.row(`${say('offlineMap', lang)} · ${mapSaid}`),
        this.row(say('datum', lang), this.datums())),
      press('logout', say('logout', lang), () => is.leave(), 'plain'),
    ]);
  }

  private row(text: string, ...parts: Node[]): HTMLElement {
    return make('li', {}, make('span', {}, text), ...parts);
  }

  private toggle(key: string, name: string, on: boolean, act: () => void): HTMLElement {
    const b = press(key, '', act, 'toggle');
    b.role = 'switch';
    b.ariaChecked = String(on);
    b.ariaLabel = name;
    return b;
  }

  private datums(): HTMLElement {
    const { desk, is } = this;
    const select = make('select', { ariaLabel: say('datum', desk.lang()) }, ...(['wgs84', 'gcj02'] as const).map((d) => make('option', { value: d, selected: is.datum() === d }, say(d, desk.lang()))));
    select.dataset.key = 'datum';
    select.addEventListener('change', () => is.measure(select.value === 'gcj02' ? 'gcj02' : 'wgs84'));
    return select;
  }
}
