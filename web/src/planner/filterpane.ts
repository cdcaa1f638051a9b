/** The filter: conditions that are built, the CQL2 text that they make, and what the server says of it. */
import { button, make, say as put } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { Problem } from '../lib/problem';
import { items, itemsQuery, type Queryable } from './asks';
import { field, keyed, plain, select, shapeName, wrong, type Bench, type Pane } from './bench';
import { isGroup, operators, placeOf, read, write, type Group, type Node, type Operator, type Value } from './cql';
import { filterOf, type State } from './state';
import { say } from './words';

/** What the builder has: conditions that are all to hold, or any. */
interface Draft { node: Group; raw: string | undefined }

export class FilterPane implements Pane {
  readonly root = make('section', { className: 'pane' });
  private readonly built = make('div', { className: 'built' });
  private readonly text = make('textarea', { rows: 5, spellcheck: false, id: 'cql', autocomplete: 'off' });
  private readonly told = make('p', { className: 'told', role: 'status' });
  private readonly said = make('p', { className: 'hint' });
  private draft: Draft;
  private spoken: Lang | undefined;
  private properties: Record<string, Queryable> = {};

  constructor(private readonly bench: Bench) {
    this.draft = draftOf(bench.store.state);
    this.text.addEventListener('input', () => this.typed());
    this.text.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey)) return;
      e.preventDefault();
      void this.apply();
    });
    bench.store.on((is, was) => {
      if (is.layer !== was.layer || is.node !== was.node || is.raw !== was.raw) this.draft = draftOf(is);
      if (is.layer !== was.layer) void this.learn();
      else if (is.node !== was.node || is.raw !== was.raw || is.shapes !== was.shapes) this.speak();
    });
    void this.learn();
  }

  /** What the layer can be asked by. */
  private async learn(): Promise<void> {
    try {
      this.properties = await this.bench.queryables(this.bench.store.state.layer);
      this.speak();
    } catch (e) {
      this.tell(wrong(e, this.bench.lang()), true);
    }
  }

  speak(): void {
    const lang = this.bench.lang();
    if (lang !== this.spoken) this.tell(''); // what was told was told in another language
    this.spoken = lang;
    const { layer } = this.bench.store.state;
    const layers = this.bench.names.layers.map((l) => [l.layer, this.bench.names.layer(l.layer)] as const);
    this.build();
    this.text.ariaLabel = say('cql', lang);
    this.root.replaceChildren(
      field(say('ofLayer', lang), select(layers, layer, (to) => this.bench.store.change({ layer: to, node: undefined, raw: undefined, columns: [], sort: '' }))),
      this.built,
      make('label', { className: 'field', htmlFor: 'cql' }, make('span', {}, say('cql', lang)), make('small', {}, say('cqlHint', lang))), this.text, this.said, this.told,
      make('div', { className: 'row' }, keyed(button(say('apply', lang), () => void this.apply(), 'primary'), 'apply'), keyed(button(say('clear', lang), () => this.clear()), 'clear')),
    );
    this.write();
  }

  /** The text of the draft. */
  private source(): string {
    return this.draft.raw ?? write(this.draft.node, this.bench.store.state.shapes);
  }

  private write(): void {
    if (document.activeElement !== this.text) this.text.value = this.source();
    put(this.said, this.draft.raw === undefined ? '' : say('byHand', this.bench.lang()));
    const { state } = this.bench.store;
    const changed = this.source() !== (state.raw ?? write(state.node, state.shapes));
    if (changed) this.tell(say('unapplied', this.bench.lang()));
    else if (this.told.dataset.applied === undefined) this.tell('');
  }

  private typed(): void {
    const { shapes } = this.bench.store.state;
    const source = this.text.value;
    const node = source.trim() === '' ? { is: 'all' as const, of: [] } : read(source, this.draft.node, shapes);
    this.draft = node ? { node: grouped(node), raw: write(grouped(node), shapes) === source.trim() ? undefined : source } : { node: this.draft.node, raw: source };
    if (source.trim() === '') this.draft.raw = undefined;
    this.build();
    this.write();
  }

  private clear(): void {
    this.bench.store.change({ node: undefined, raw: undefined });
    this.tell('');
  }

  private tell(text: string, bad = false, applied = false): void {
    put(this.told, text);
    this.told.classList.toggle('bad', bad);
    if (applied) this.told.dataset.applied = '';
    else delete this.told.dataset.applied;
  }

  /** Asks the server whether it understands; only then the filter is everybody's. */
  private async apply(): Promise<void> {
    const { store, map } = this.bench;
    const lang = this.bench.lang();
    const { node, raw } = this.draft;
    const next: Partial<State> = raw === undefined ? { node: node.of.length === 0 ? undefined : node, raw: undefined } : { node: undefined, raw: raw.trim() };
    const asked = { ...store.state, ...next };
    this.tell(say('loading', lang));
    try {
      const q = itemsQuery(asked, map.box());
      q.set('limit', '1');
      q.set('properties', 'id');
      const { numberMatched } = await items(asked.layer, q);
      store.change(next);
      this.tell(numberMatched === undefined ? say('moreThan', lang) : say('applied', lang, { n: plain(numberMatched) }), false, true);
    } catch (e) {
      this.refused(e, filterOf(asked, asked.layer));
    }
  }

  /** Says where in the text the server found what it does not take. */
  private refused(e: unknown, sent: string): void {
    const lang = this.bench.lang();
    const source = this.text.value;
    const before = Math.max(0, sent.indexOf(source)); // brackets and the like that stand before what was typed
    const at = e instanceof Problem && e.status === 400 ? placeOf(e.message, sent) : undefined;
    const [from, to] = at ? [Math.min(at[0] - before, source.length), Math.min(at[1] - before, source.length)] : [-1, -1];
    this.tell((from >= 0 ? say('wrongAt', lang, { n: from + 1 }) : '') + wrong(e, lang), true);
    if (from < 0) return;
    this.text.focus();
    this.text.setSelectionRange(from, Math.max(to, from));
  }

  private build(): void {
    const focused = document.activeElement instanceof HTMLElement && this.built.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    this.built.replaceChildren(this.group(this.draft.node, 'f', (node) => this.draft = { node: grouped(node ?? { is: 'all', of: [] }), raw: undefined }, false));
    this.built.classList.toggle('stale', this.draft.raw !== undefined);
    if (focused) this.built.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Draws a group of conditions; put takes it when it has changed, nothing when it is taken away. */
  private group(node: Group, key: string, put: (node: Node | undefined) => void, inner: boolean): HTMLElement {
    const lang = this.bench.lang();
    const changed = (of: Node[], is = node.is): void => {
      put({ is, of });
      this.build();
      this.write();
    };
    const { shapes } = this.bench.store.state;
    const add = (text: string, what: Node, name: string): HTMLButtonElement => keyed(button(text, () => changed([...node.of, what]), 'small'), `${key}-${name}`);
    const first = this.properties['class'] ? 'class' : Object.keys(this.properties)[0] ?? 'id';
    const join = keyed(select([['all', say('all', lang)], ['any', say('any', lang)]], node.is, (is) => changed(node.of, is as 'all' | 'any')), `${key}-is`);
    join.ariaLabel = say('addGroup', lang);
    const place = add(say('addShape', lang), { is: 'shape', shape: Math.max(0, shapes.length - 1), metres: 0 }, 'shape');
    place.disabled = shapes.length === 0;
    if (place.disabled) place.title = say('noShape', lang);
    return make('fieldset', { className: 'group' },
      make('div', { className: 'row' }, join, ...(inner ? [this.remove(() => put(undefined), key)] : [])),
      ...node.of.map((n, i) => this.one(n, `${key}.${i}`, (to) => changed(node.of.flatMap((o, j) => (j !== i ? [o] : to ? [to] : []))))),
      make('div', { className: 'row' },
        add(say('addCondition', lang), { is: 'compare', property: first, operator: '=', values: [''] }, 'add'),
        ...(this.properties.updated ? [add(say('addTime', lang), { is: 'time', property: 'updated', from: '', to: '' }, 'time')] : []),
        place, add(say('addGroup', lang), { is: 'any', of: [] }, 'group')));
  }

  private remove(press: () => void, key: string): HTMLButtonElement {
    const b = keyed(button('✕', () => {
      press();
      this.build();
      this.write();
    }, 'small'), `${key}-remove`);
    b.ariaLabel = say('remove', this.bench.lang());
    return b;
  }

  private one(node: Node, key: string, put: (node: Node | undefined) => void): HTMLElement {
    const lang = this.bench.lang();
    if (isGroup(node)) return this.group(node, key, put, true);
    const inner = node.is === 'not' ? node.of : node;
    const not = keyed(make('button', { type: 'button', className: 'small', ariaPressed: String(node.is === 'not') }, say('negate', lang)), `${key}-not`);
    not.addEventListener('click', () => put(node.is === 'not' ? node.of : { is: 'not', of: node }));
    const wrap = (to: Node | undefined): void => put(to && node.is === 'not' ? { is: 'not', of: to } : to);
    if (isGroup(inner) || inner.is === 'not') {
      return make('div', { className: 'condition' }, make('div', { className: 'row end' }, not, this.remove(() => put(undefined), key)), this.one(inner, `${key}n`, wrap));
    }
    return make('div', { className: 'condition' }, ...this.simple(inner, key, wrap), make('div', { className: 'row end' }, not, this.remove(() => put(undefined), key)));
  }

  private simple(node: Exclude<Node, Group | { is: 'not' }>, key: string, put: (n: Node) => void): HTMLElement[] {
    switch (node.is) {
      case 'compare': return this.compare(node, key, put);
      case 'time': return this.time(node, key, put);
      case 'shape': return this.shape(node, key, put);
      case 'ground': return [make('code', { className: 'wkt' }, `${say('ground', this.bench.lang())}: ${node.wkt.slice(0, 60)}…`)];
    }
  }

  private compare(node: Extract<Node, { is: 'compare' }>, key: string, put: (n: Node) => void): HTMLElement[] {
    const lang = this.bench.lang();
    const known = Object.keys(this.properties).filter((p) => p !== 'geometry');
    const names = (known.includes(node.property) ? known : [node.property, ...known]).map((p) => [p, titleOf(p, this.properties[p], lang)] as const);
    const property = keyed(select(names, node.property, (to) => put({ is: 'compare', property: to, operator: '=', values: [''] })), `${key}-property`);
    property.ariaLabel = say('property', lang);
    const type = this.properties[node.property]?.type;
    const fits = operators.filter((o) => (o === 'has' ? type === 'string' : o.startsWith('<') && o !== '<>' || o.startsWith('>') ? type !== 'boolean' : o !== 'in' || type === 'string'));
    const operator = keyed(select((fits.includes(node.operator) ? fits : [...fits, node.operator]).map((o) => [o, say(`op:${o}`, lang)] as const), node.operator, (to) => {
      const o = to as Operator;
      put({ ...node, operator: o, values: o === 'null' || o === 'some' ? [] : node.values.length > 0 && o !== 'in' ? node.values.slice(0, 1) : node.values.length > 0 ? node.values.filter((v) => v !== '') : [''] });
    }), `${key}-operator`);
    operator.ariaLabel = say('operator', lang);
    return [make('div', { className: 'row' }, property, operator), ...(node.operator === 'null' || node.operator === 'some' ? [] : [this.value(node, key, put)])];
  }

  /** The words that a property may have, if they are known: [value, text]. */
  private choices(property: string): (readonly [string, string])[] | undefined {
    const { names, store } = this.bench;
    if (property === 'class') return names.classesOf(store.state.layer).map((c) => [c.code, `${names.class(c.code)} (${plain(c.count)})`] as const);
    if (property === 'area') return names.areas.map((a) => [a.code, names.named(a)] as const);
    return this.properties[property]?.enum?.map((w) => [w, wordOf(w, this.bench)] as const);
  }

  private value(node: Extract<Node, { is: 'compare' }>, key: string, put: (n: Node) => void): HTMLElement {
    const lang = this.bench.lang();
    const type = this.properties[node.property]?.type;
    const choices = node.operator === 'has' ? undefined : this.choices(node.property);
    const is = node.values[0];
    if (type === 'boolean') return keyed(labelled(select([['', ''], ['true', 'true'], ['false', 'false']], String(is ?? ''), (v) => put({ ...node, values: v === '' ? [''] : [v === 'true'] })), say('value', lang)), `${key}-value`);
    if (choices && node.operator === 'in') {
      const s = make('select', { multiple: true, size: 5 }, ...choices.map(([v, text]) => make('option', { value: v, selected: node.values.includes(v) }, text)));
      s.addEventListener('change', () => put({ ...node, values: [...s.selectedOptions].map((o) => o.value) }));
      return keyed(labelled(s, say('value', lang)), `${key}-value`);
    }
    if (choices) {
      const all = is !== undefined && !choices.some(([v]) => v === is) ? [[String(is), String(is)] as const, ...choices] : choices;
      return keyed(labelled(select(all, String(is ?? ''), (v) => put({ ...node, values: [v] })), say('value', lang)), `${key}-value`);
    }
    const number = type === 'number' || type === 'integer';
    const input = keyed(labelled(make('input', { type: number ? 'number' : 'text', step: 'any', value: node.values.join(', '), autocomplete: 'off', spellcheck: false }), say('value', lang)), `${key}-value`);
    input.addEventListener('change', () => {
      const values: Value[] = (node.operator === 'in' ? input.value.split(/[,，]/) : [input.value]).map((v) => v.trim()).filter((v, _, all) => v !== '' || all.length === 1).map((v) => (number && v !== '' ? Number(v) : v));
      put({ ...node, values });
    });
    return input;
  }

  /** Times are given in Shanghai's. */
  private time(node: Extract<Node, { is: 'time' }>, key: string, put: (n: Node) => void): HTMLElement[] {
    const lang = this.bench.lang();
    const at = (end: 'from' | 'to'): HTMLElement => {
      const input = keyed(make('input', { type: 'datetime-local', value: node[end].slice(0, 16) }), `${key}-${end}`);
      input.addEventListener('change', () => put({ ...node, [end]: input.value ? `${input.value}:00+08:00` : '' }));
      return field(`${titleOf(node.property, this.properties[node.property], lang)} ${say(end, lang)}`, input);
    };
    return [at('from'), at('to')];
  }

  private shape(node: Extract<Node, { is: 'shape' }>, key: string, put: (n: Node) => void): HTMLElement[] {
    const lang = this.bench.lang();
    const { shapes } = this.bench.store.state;
    const which = keyed(select(shapes.map((s, i) => [String(i), shapeName(s.kind, i, lang)] as const), String(node.shape), (v) => put({ ...node, shape: Number(v) })), `${key}-which`);
    const metres = keyed(make('input', { type: 'number', min: '0', max: '5000', value: String(node.metres) }), `${key}-metres`);
    metres.addEventListener('change', () => put({ ...node, metres: Math.min(5000, Math.max(0, Number(metres.value) || 0)) }));
    return [make('div', { className: 'row' }, field(say('place', lang), which), field(say('within', lang), metres))];
  }
}

/** What a property is called. */
export function titleOf(name: string, is: Queryable | undefined, lang: 'zh' | 'en'): string {
  if (lang === 'zh' && is?.title) return is.title;
  const bare = name.replace(/^properties\./, '').replaceAll('_', ' ');
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

function wordOf(w: string, b: Bench): string {
  return w === 'left' || w === 'right' ? say(w, b.lang()) : b.names.class(w);
}

const grouped = (n: Node): Group => (isGroup(n) ? n : { is: 'all', of: [n] });

const draftOf = (s: State): Draft => ({ node: grouped(s.node ?? { is: 'all', of: [] }), raw: s.raw });


function labelled<T extends HTMLElement>(e: T, label: string): T {
  e.ariaLabel = label;
  return e;
}
