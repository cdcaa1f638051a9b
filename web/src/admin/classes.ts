/** The tables by which everything is told apart: event classes with their limits, classes of things, phenomena, findings. */
import * as api from '../lib/api';
import { eventTables, type Limit } from '../lib/cases';
import { severityWord, stepWord } from '../lib/casewords';
import type { Schemas } from '../lib/contract';
import { button, make } from '../lib/dom';
import { choose, type Lang } from '../lib/i18n';
import { pairs, sheet, table } from './desk';
import { ListDesk } from './listdesk';
import { listed, sensitivityWord } from './rights';
import type { AdminWord } from './words';

type Event = Schemas['eventClass'];

const kinds = ['eventClasses', 'thingClasses', 'phenomena', 'findings'] as const satisfies AdminWord[];
type Kind = (typeof kinds)[number];

const steps = ['filing', 'dispatch', 'accept', 'contact', 'handle', 'check'] as const;

export class Classes extends ListDesk {
  private readonly find = make('input', { type: 'search', className: 'find' });
  private readonly tabs = make('div', { className: 'tabs' });
  private kind: Kind = 'eventClasses';
  private tables: api.Tables | undefined;
  private events: Awaited<ReturnType<typeof eventTables>> | undefined;

  constructor(lang: () => Lang) {
    super('classes', lang);
    this.frame.tools.append(this.find);
    this.frame.body.prepend(this.tabs);
    this.find.addEventListener('input', () => this.draw());
    void this.load();
  }

  protected async fetch(): Promise<void> {
    [this.tables, this.events] = await Promise.all([api.tables(), eventTables()]);
  }

  protected draw(): void {
    this.find.placeholder = this.find.ariaLabel = this.say('search');
    this.tabs.replaceChildren(...kinds.map((k) => {
      const b = button(this.say(k), () => {
        this.kind = k;
        this.draw();
        this.tabs.querySelectorAll('button')[kinds.indexOf(k)]?.focus();
      });
      b.ariaPressed = String(k === this.kind);
      return b;
    }));
    const { tables, events } = this;
    if (!tables || !events) return;
    this[this.kind](tables, events);
    this.list.append(make('p', { className: 'hint' }, `${this.say('tablesHint')} ${this.say(this.kind === 'eventClasses' ? 'eventTablesHint' : 'classTablesHint')} ${this.kind === 'eventClasses' ? events.edition : tables.edition}`));
  }

  /** Those that have the words that are looked for. */
  private found<T>(all: T[]): T[] {
    const words = this.find.value.trim().toLowerCase();
    return all.filter((x) => JSON.stringify(x).toLowerCase().includes(words));
  }

  private name(n: api.Named): HTMLElement {
    return make('span', {}, choose([n.name, n.nameEn], this.lang()), make('br'), make('small', {}, n.code));
  }

  private eventClasses(_: api.Tables, { classes }: NonNullable<typeof this.events>): void {
    const lang = this.lang();
    this.list.replaceChildren(table(
      [this.say('class'), this.say('severity'), ...steps.map((s) => stepWord(s, lang)), this.say('proofs'), this.say('ways')],
      this.found(classes).map((c) => [this.name(c), severityWord(c.severity, lang), ...steps.map((s) => this.limit(c.terms.limits[s])), `${c.terms.filing ?? 0} / ${c.terms.proof}`, this.ways(c.code, ['look', () => this.look(c)])])));
  }

  private limit(l: Limit | undefined): string {
    return l ? `${l.n} ${this.say(`unit_${l.unit}`)}` : '—';
  }

  private look(c: Event): void {
    const lang = this.lang();
    const { terms, promote, duplicate } = c;
    sheet(`${choose([c.name, c.nameEn], lang)} · ${c.code}`, (body, close) => {
      body.append(pairs([
        [this.say('condition'), c.condition], [this.say('severity'), severityWord(c.severity, lang)], [this.say('findings'), c.findings?.join(', ') ?? '—'],
        [this.say('handledBy'), listed(Object.entries(c.units).map(([area, unit]) => (area === '*' ? unit : `${area}: ${unit}`)), lang)],
        [this.say('sentOut'), c.movers?.join(', ') ?? 'mover.patrol'],
        [this.say('limits'), make('span', {}, ...steps.filter((s) => terms.limits[s]).map((s) => make('span', { className: 'line' }, `${stepWord(s, lang)} ${this.limit(terms.limits[s])}`)))],
        [this.say('filedItself'), [promote.severity && `${this.say('severity')} ≤ ${promote.severity}`, promote.reliability && `${this.say('reliability')} ≥ ${promote.reliability}`, promote.sources && `${this.say('sourcesOf')} ≥ ${promote.sources}`].filter(Boolean).join(' · ') || '—'],
        [this.say('sameCase'), `${duplicate.radius} m · ${duplicate.hours} h`], [this.say('proofs'), `${terms.filing ?? 0} / ${terms.proof}`], [this.say('extensions'), String(terms.extensions)],
      ]), make('div', { className: 'ways' }, button(this.say('close'), close, 'primary')));
    });
  }

  private thingClasses({ classes }: api.Tables): void {
    this.rows(['class', 'kind', 'upTo', 'properties'], this.found(classes).map((c) => [
      this.name(c), c.kind, sensitivityWord(c.sensitivity ?? 0, this.lang()), Object.keys((c.schema?.properties ?? {}) as object).join(', '),
    ]));
  }

  private phenomena({ phenomena }: api.Tables): void {
    this.rows(['phenomenon', 'unitOf', 'validRange'], this.found(phenomena).map((p) => [this.name(p), p.unit, `${p.valid[0]} … ${p.valid[1]}`]));
  }

  private findings({ findings }: api.Tables): void {
    this.rows(['findings', 'severity'], this.found(findings).map((f) => [this.name(f), severityWord(f.severity, this.lang())]));
  }
}
