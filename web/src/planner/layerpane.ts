/** The layers: what there is by class, with its legend; what is shown, how strongly, in which order, and which is asked about. */
import { button, make } from '../lib/dom';
import { keyed, plain, type Bench, type Pane } from './bench';
import type { PlannerMap } from './map';
import { swatchOf, type Swatch } from './paint';
import { classesLeft } from './state';
import { say } from './words';

/** Drawn by the style and no layer of things. */
const drawnOnly = ['coverage'];

export class LayerPane implements Pane {
  readonly root = make('section', { className: 'pane' });
  private readonly open = new Set<string>();

  constructor(private readonly bench: Bench) {
    bench.store.on((is, was) => {
      if (is.hidden !== was.hidden || is.without !== was.without || is.order !== was.order || is.layer !== was.layer) this.speak();
    });
  }

  /** The layers from above, as they are drawn. */
  private layers(): string[] {
    const { order } = this.bench.store.state;
    const sources = Object.keys(this.bench.map.plain.sources);
    const usual: string[] = [];
    for (const l of this.bench.map.plain.layers) if ('source' in l && sources.includes(l.source) && !usual.includes(l.source)) usual.push(l.source);
    const known = usual.filter((l) => this.bench.names.kind(l) !== '' || drawnOnly.includes(l));
    return [...known.filter((l) => !order.includes(l)), ...order.filter((l) => known.includes(l))].reverse();
  }

  speak(): void {
    const lang = this.bench.lang();
    const focused = document.activeElement instanceof HTMLElement && this.root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const { scrollTop } = this.root;
    const layers = this.layers();
    this.root.replaceChildren(
      make('ul', { className: 'layers' }, ...layers.map((l, i) => this.row(l, i, layers))),
      ...(this.bench.store.state.order.length > 0 ? [button(say('styleOrder', lang), () => this.bench.store.change({ order: [] }))] : []),
    );
    this.root.scrollTop = scrollTop;
    if (focused) this.root.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  private row(layer: string, at: number, all: string[]): HTMLElement {
    const { store, names, map } = this.bench;
    const lang = this.bench.lang();
    const { state } = store;
    const name = names.layer(layer);
    const count = names.layers.find((l) => l.layer === layer)?.count;
    const box = make('input', { type: 'checkbox', checked: !state.hidden.includes(layer), ariaLabel: say('show', lang, { what: name }) });
    keyed(box, `show-${layer}`);
    box.addEventListener('change', () => store.change({ hidden: box.checked ? state.hidden.filter((l) => l !== layer) : [...state.hidden, layer] }));
    const asks = make('button', { type: 'button', className: 'name', ariaPressed: String(state.layer === layer), title: say(state.layer === layer ? 'asked' : 'ask', lang), disabled: drawnOnly.includes(layer) }, name);
    keyed(asks, `ask-${layer}`);
    asks.addEventListener('click', () => store.change({ layer, node: undefined, raw: undefined, columns: [], sort: '' }));
    const step = (by: number, key: 'up' | 'down', sign: string): HTMLButtonElement => {
      const b = button(sign, () => store.change({ order: swapped(all, at, by).reverse() }), 'small');
      b.ariaLabel = say(key, lang, { what: name });
      b.disabled = at + by < 0 || at + by >= all.length;
      keyed(b, `${key}-${layer}`);
      return b;
    };
    const strength = make('input', { type: 'range', min: '0', max: '100', step: '5', value: String(Math.round((state.opacity[layer] ?? 1) * 100)), ariaLabel: say('opacity', lang, { what: name }) });
    keyed(strength, `opacity-${layer}`);
    strength.addEventListener('input', () => {
      const { [layer]: was, ...others } = store.state.opacity;
      const share = Number(strength.value) / 100;
      if (share !== (was ?? 1)) store.change({ opacity: share === 1 ? others : { ...others, [layer]: share } });
    });
    const classes = names.classesOf(layer);
    const opened = this.open.has(layer);
    const more = keyed(button(opened ? '▾' : '▸', () => {
      if (opened) this.open.delete(layer);
      else this.open.add(layer);
      this.speak();
    }, 'more'), `open-${layer}`);
    more.ariaLabel = say('classes', lang, { what: name });
    more.ariaExpanded = String(opened);
    const inside = !opened ? [] : [make('div', { className: 'inside' },
      make('ul', { className: 'classes' }, ...classes.map((c) => this.class(layer, c.code, c.count))),
      make('div', { className: 'strength' }, make('span', {}, say('strength', lang)), strength, step(-1, 'up', '↑'), step(1, 'down', '↓')))];
    const item = make('li', { className: state.layer === layer ? 'asked' : '' }, make('div', { className: 'head' }, box, swatch(drawnAs(map, layer, '')), asks, make('span', { className: 'count' }, count === undefined ? '' : plain(count)), more), ...inside);
    item.dataset.layer = layer;
    return item;
  }

  private class(layer: string, code: string, count: number): HTMLElement {
    const { store, names, map } = this.bench;
    const left = classesLeft(store.state, layer).includes(code);
    const box = make('input', { type: 'checkbox', checked: !left });
    keyed(box, `class-${layer}-${code}`);
    box.addEventListener('change', () => {
      const key = `${layer}:${code}`;
      store.change({ without: box.checked ? store.state.without.filter((w) => w !== key) : [...store.state.without, key] });
    });
    return make('li', {}, make('label', {}, box, swatch(drawnAs(map, layer, code)), make('span', {}, names.class(code)), make('span', { className: 'count' }, plain(count))));
  }
}

function swapped(all: string[], at: number, by: number): string[] {
  const out = [...all];
  [out[at], out[at + by]] = [out[at + by]!, out[at]!];
  return out;
}

/** How the style draws a class of a layer; what it draws as icons has the colour of the layer. */
const drawnAs = (map: PlannerMap, layer: string, code: string): Swatch => swatchOf(map.plain, layer, code) ?? { form: 'dot', colour: `var(--layer-${layer})` };

/** A swatch as the style draws it. */
export function swatch(s: Swatch): HTMLElement {
  const e = make('span', { className: `swatch ${s.form}` });
  e.style.setProperty('--is', s.colour);
  e.style.setProperty('--rim', s.edge ?? s.colour);
  return e;
}
