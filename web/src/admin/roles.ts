/** What each role may: a table of the program, not of this node. */
import table from '../../../internal/access/roles.json';
import { make } from '../lib/dom';
import { choose, word, isWord, type Lang } from '../lib/i18n';
import { layerOf } from '../lib/search';
import { ListDesk } from './listdesk';
import { actionWord, listed, sensitivityWord } from './rights';

export class Roles extends ListDesk {
  constructor(lang: () => Lang) {
    super('roleTable', lang);
  }

  protected async fetch(): Promise<void> {}

  protected draw(): void {
    const lang = this.lang();
    this.rows(['role', 'mayDo', 'seesKinds', 'upTo'], table.roles.map((r) => [
      make('span', {}, choose([r.name, r.nameEn], lang), make('small', {}, ` ${r.role}`)), listed(r.actions.map((a) => actionWord(a, lang)), lang),
      r.kinds ? listed(r.kinds.map((k) => kindWord(k, lang)), lang) || '—' : this.say('allKinds'), sensitivityWord(r.sensitivity, lang),
    ]));
    this.list.append(make('p', { className: 'hint' }, `${this.say('roleTableHint')} internal/access/roles.json · ${table.edition}`));
  }
}

function kindWord(kind: string, lang: Lang): string {
  const layer = layerOf(kind);
  return isWord(layer) ? word(layer, lang) : kind;
}
