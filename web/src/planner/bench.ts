/** What the panes of the planners' page share: what is set up, the map, names, and what is chosen. */
import type { LayerCount, Named, Tables } from '../lib/api';
import { make } from '../lib/dom';
import { choose, isWord, word, type Lang } from '../lib/i18n';
import { Offline } from '../lib/problem';
import type { Queryable } from './asks';
import type { Picked, PlannerMap } from './map';
import type { Store } from './store';
import { say, type PlannerWord } from './words';

/** A thing that somebody chose: on the map, in the table, or among what an answer names. */
export type Chosen = Picked;

export interface Bench {
  readonly store: Store;
  readonly map: PlannerMap;
  readonly names: Names;
  lang(): Lang;
  queryables(layer: string): Promise<Record<string, Queryable>>;
  /** The thing that is chosen, wherever it was chosen. */
  chosen(): Chosen | undefined;
  /** Chooses a thing; go: the map goes there. */
  choose(thing: Chosen | undefined, go: boolean): void;
  /** Asks the server for everything again. */
  refresh(): void;
  /** Shows all that is known of a thing. */
  details(thing: Chosen): void;
}

/** One part of the page that speaks. */
export interface Pane {
  readonly root: HTMLElement;
  /** Says everything again, in the language of now. */
  speak(): void;
}

/** What things are called. */
export class Names {
  private readonly classes = new Map<string, Named>();
  private readonly places: Map<string, Named>;
  readonly phenomena: Tables['phenomena'];

  constructor(tables: Tables, public layers: LayerCount[], readonly areas: Named[], incidentClasses: Named[], private readonly lang: () => Lang) {
    for (const c of [...tables.classes, ...layers.flatMap((l) => l.classes), ...incidentClasses]) this.classes.set(c.code, c);
    this.places = new Map(areas.map((a) => [a.code, a]));
    this.phenomena = tables.phenomena;
  }

  private of(n: Named | undefined, code: string): string {
    return n ? choose([n.name, n.nameEn || n.name], this.lang()) : code;
  }

  class(code: string): string {
    return this.of(this.classes.get(code), code);
  }

  area(code: string): string {
    return code === '' ? say('elsewhere', this.lang()) : this.of(this.places.get(code), code);
  }

  named(n: Named): string {
    return this.of(n, n.code);
  }

  layer(name: string): string {
    if (name === 'coverage') return say('coverage', this.lang());
    return isWord(name) ? word(name, this.lang()) : name;
  }

  kind(layer: string): string {
    return this.layers.find((l) => l.layer === layer)?.kind ?? '';
  }

  layerOf(kind: string): string {
    return this.layers.find((l) => l.kind === kind)?.layer ?? '';
  }

  classesOf(layer: string): { code: string; count: number }[] {
    return this.layers.find((l) => l.layer === layer)?.classes ?? [];
  }
}

/** A number as it is read. */
export const plain = (n: number, digits = 0): string => n.toLocaleString('en', { maximumFractionDigits: digits });

/** What went wrong, in words. */
export function wrong(e: unknown, lang: Lang): string {
  if (e instanceof Offline) return say('offline', lang);
  if (e instanceof Error) return say('trouble', lang) + e.message.replace(/^invalid: /, '');
  throw e;
}

/** A field with its label. */
export function field(label: string, input: HTMLElement): HTMLElement {
  return make('label', { className: 'field' }, make('span', {}, label), input);
}

/** The part under a name by which it is found again when its pane is drawn anew. */
export function keyed<T extends HTMLElement>(e: T, key: string): T {
  e.dataset.key = key;
  return e;
}

/** A choice of several; each is [value, text]. */
export function select(options: (readonly [string, string])[], value: string, changed?: (value: string) => void): HTMLSelectElement {
  const s = make('select', {}, ...options.map(([v, text]) => make('option', { value: v, selected: v === value }, text)));
  if (changed) s.addEventListener('change', () => changed(s.value));
  return s;
}

/** What a piece of ground may be: all, what the map shows, or one of the shapes. */
export function grounds(b: Bench): [string, string][] {
  const lang = b.lang();
  return [['', say('everywhere', lang)], ['view', say('inView', lang)],
    ...b.store.state.shapes.flatMap((s, i): [string, string][] => (s.kind === 'point' || s.kind === 'line' ? [] : [[String(i), shapeName(s.kind, i, lang)]]))];
}

export const shapeName = (kind: PlannerWord, n: number, lang: Lang): string => say('shape', lang, { kind: say(kind, lang), n: n + 1 });
