/** What is drawn: tools, the shapes with their measures, and the way back. */
import { button, make } from '../lib/dom';
import { around } from '../lib/geo';
import { shapeName, type Bench, type Pane } from './bench';
import { Pen, square, told } from './pen';
import { geometryOf, measure, shapeKinds, type Shape } from './shape';
import { shapeGone, type State } from './state';
import { say } from './words';

/** How many steps back there are. */
const deepest = 50;

export class DrawPane implements Pane {
  readonly root = make('section', { className: 'pane' });
  readonly pen: Pen;
  private readonly past: Partial<State>[] = [];

  constructor(private readonly bench: Bench) {
    const { store } = bench;
    this.pen = new Pen(bench.map, {
      shapes: () => store.state.shapes, lang: () => bench.lang(), state: () => this.speak(),
      drawn: (s) => {
        this.put({ shapes: [...store.state.shapes, s] });
        this.pen.choose(store.state.shapes.length - 1);
      },
      changed: (at, s) => this.put({ shapes: store.state.shapes.map((o, i) => (i === at ? s : o)) }),
    });
    store.on((is, was) => {
      if (is.shapes === was.shapes) return;
      if (this.pen.chosen >= is.shapes.length) this.pen.chosen = -1;
      this.pen.draw();
      this.speak();
    });
    addEventListener('keydown', (e) => {
      const typing = e.target instanceof HTMLElement && e.target.closest('input, textarea, select, dialog');
      if (typing || e.key.toLowerCase() !== 'z' || !(e.ctrlKey || e.metaKey)) return;
      e.preventDefault();
      if (this.pen.kind) this.pen.undoPoint();
      else this.undo();
    });
    this.pen.draw();
  }

  /** Changes shapes so that it can be undone. */
  private put(by: Partial<State>): void {
    const { shapes, node, ground } = this.bench.store.state;
    this.past.push({ shapes, node, ground });
    if (this.past.length > deepest) this.past.shift();
    this.bench.store.change(by);
  }

  private undo(): void {
    const was = this.past.pop();
    if (was) this.bench.store.change(was);
    this.speak();
  }

  speak(): void {
    const lang = this.bench.lang();
    const { shapes } = this.bench.store.state;
    const { pen } = this;
    const tools = shapeKinds.map((kind) => {
      const b = button(say(kind, lang), () => (pen.kind === kind ? pen.cancel() : pen.start(kind)));
      b.ariaPressed = String(pen.kind === kind);
      b.dataset.draw = kind;
      return b;
    });
    const undo = button(say('undo', lang), () => this.undo());
    undo.disabled = this.past.length === 0;
    undo.dataset.key = 'undo';
    this.root.replaceChildren(
      make('div', { className: 'tools' }, ...tools),
      make('p', { className: 'hint', role: 'status' }, say(pen.kind ? 'drawHint' : 'shapeHint', lang)),
      make('div', { className: 'row' }, ...(pen.kind ? [button(say('finish', lang), () => pen.finish(), 'primary'), button(say('cancel', lang), () => pen.cancel())] : [undo])),
      shapes.length === 0 ? make('p', { className: 'hint' }, say('noShapes', lang)) : make('ul', { className: 'shapes' }, ...shapes.map((s, i) => this.row(s, i))),
    );
  }

  private row(s: Shape, i: number): HTMLElement {
    const lang = this.bench.lang();
    const name = shapeName(s.kind, i, lang);
    const m = measure(s);
    const facts: [string, string][] = [
      ...(m.radius === undefined ? [] : [[say('radius', lang), told(m.radius)] as [string, string]]),
      ...(m.length === undefined ? [] : [[say(s.kind === 'line' ? 'length' : 'perimeter', lang), told(m.length)] as [string, string]]),
      ...(m.area === undefined ? [] : [[say('area', lang), square(m.area)] as [string, string]]),
      ...(s.kind === 'point' ? [['', s.points[0]!.map((d) => d.toFixed(6)).join(', ')] as [string, string]] : []),
    ];
    const choose = make('button', { type: 'button', className: 'name', ariaPressed: String(this.pen.chosen === i) }, name);
    choose.addEventListener('click', () => this.pen.choose(this.pen.chosen === i ? -1 : i));
    const go = button(say('goShort', lang), () => {
      const box = around([geometryOf(s)]);
      if (box) this.bench.map.go(box);
    }, 'small');
    go.ariaLabel = say('zoomTo', lang, { what: name });
    const remove = button('✕', () => this.put(shapeGone(this.bench.store.state, i)), 'small');
    remove.ariaLabel = `${say('delete', lang)} ${name}`;
    const item = make('li', {}, make('div', { className: 'head' }, choose, go, remove), make('dl', {}, ...facts.flatMap(([n, v]) => [make('dt', {}, n), make('dd', {}, v)])));
    item.dataset.length = String(m.length ?? '');
    item.dataset.area = String(m.area ?? '');
    return item;
  }
}
