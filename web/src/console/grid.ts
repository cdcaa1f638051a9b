/** The list on the page: of thousands of lines only those are there that are seen. Lines change in place. */
import { make, say as put } from '../lib/dom';
import { columns, type Column, type Order } from './filter';
import type { Entry } from './entry';
import { drawn, scrolled, type Roll } from './roll';
import { lights } from '../lib/casewords';

/** Heights in pixels; the style sheet has the same. */
const line = 36;
const head = 34;

/** What the list needs to know of words, and what it tells. */
export interface Around {
  cell(e: Entry, c: Column, now: number): string;
  column(c: Column): string;
  order(): Order;
  pickName(e: Entry): string;
  pickAllName(): string;
  title(): string;
  nothing(): string;
  sort(c: Column): void;
  open(e: Entry): void; // a line was pressed
  picked(): void;
}

interface Line { root: HTMLElement; box: HTMLInputElement; cells: Map<Column, HTMLElement> }

export class Grid {
  private readonly headRow = make('div', { className: 'row head' });
  private readonly body = make('div', { className: 'body' });
  private readonly empty = make('p', { className: 'empty', hidden: true });
  private readonly lines: Line[] = [];
  private readonly all = make('input', { type: 'checkbox', tabIndex: -1 });
  private waiting = false;

  /** root scrolls, and has the focus. */
  constructor(private readonly root: HTMLElement, private readonly roll: Roll, private readonly around: Around) {
    root.setAttribute('role', 'grid');
    root.setAttribute('aria-multiselectable', 'true');
    root.tabIndex = 0;
    this.headRow.setAttribute('role', 'row');
    this.body.setAttribute('role', 'rowgroup');
    root.replaceChildren(this.headRow, this.body, this.empty);
    root.addEventListener('scroll', () => this.later(), { passive: true });
    new ResizeObserver(() => this.later()).observe(root);
    this.all.addEventListener('change', () => {
      roll.pickAll();
      around.picked();
      this.draw();
    });
    this.speak();
  }

  /** Says the heads again. */
  speak(): void {
    const { by, down } = this.around.order();
    this.root.setAttribute('aria-label', this.around.title());
    this.all.ariaLabel = this.around.pickAllName();
    const pick = make('div', { className: 'pick' }, this.all);
    pick.setAttribute('role', 'columnheader');
    const focused = (document.activeElement as HTMLElement | null)?.dataset.sort;
    this.headRow.replaceChildren(pick, ...columns.map((c) => {
      const button = make('button', { type: 'button' }, this.around.column(c));
      button.dataset.sort = c;
      button.addEventListener('click', () => this.around.sort(c));
      const cell = make('div', { className: c }, button);
      cell.setAttribute('role', 'columnheader');
      cell.setAttribute('aria-sort', by !== c ? 'none' : down ? 'descending' : 'ascending');
      return cell;
    }));
    if (focused) this.headRow.querySelector<HTMLElement>(`[data-sort="${focused}"]`)?.focus();
    this.draw();
  }

  /** Shows the current line, wherever the list is scrolled to. */
  reveal(): void {
    if (this.roll.index >= 0) this.root.scrollTop = scrolled(this.root.scrollTop, this.root.clientHeight, line, head, this.roll.index);
    this.draw();
  }

  /** How many lines are seen at once. */
  get page(): number {
    return Math.max(1, Math.floor((this.root.clientHeight - head) / line) - 1);
  }

  focus(): void {
    this.root.focus({ preventScroll: true });
  }

  private later(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  /** Draws what is seen now. */
  draw(now = Date.now()): void {
    const { rows } = this.roll;
    const [from, to] = drawn(this.root.scrollTop, this.root.clientHeight, line, rows.length);
    this.body.style.height = `${rows.length * line}px`;
    this.root.setAttribute('aria-rowcount', String(rows.length + 1));
    while (this.lines.length < to - from) this.add();
    this.lines.forEach((l, i) => {
      const e = rows[from + i];
      l.root.hidden = !e || from + i >= to;
      if (e && !l.root.hidden) this.fill(l, e, from + i, now);
      else l.root.dataset.id = '';
    });
    const { index } = this.roll;
    if (index >= from && index < to) this.root.setAttribute('aria-activedescendant', `line-${index - from}`);
    else this.root.removeAttribute('aria-activedescendant');
    const picked = this.roll.picked.length;
    this.all.checked = picked > 0 && picked === rows.length;
    this.all.indeterminate = picked > 0 && picked < rows.length;
    this.empty.hidden = rows.length > 0;
    put(this.empty, this.around.nothing());
  }

  private add(): void {
    const box = make('input', { type: 'checkbox', tabIndex: -1 });
    const pick = make('div', { className: 'pick' }, box);
    pick.setAttribute('role', 'gridcell');
    const cells = new Map(columns.map((c) => {
      const cell = make('div', { className: c });
      cell.setAttribute('role', 'gridcell');
      return [c, cell];
    }));
    const root = make('div', { className: 'row', id: `line-${this.lines.length}` }, pick, ...cells.values());
    root.setAttribute('role', 'row');
    root.addEventListener('click', (e) => this.press(root, e));
    this.lines.push({ root, box, cells });
    this.body.append(root);
  }

  /** A press opens a line; on its box, or with Ctrl, it picks it, and with Shift all up to it. */
  private press(root: HTMLElement, event: MouseEvent): void {
    const index = Number(root.dataset.index);
    const e = this.roll.rows[index];
    if (!e) return;
    const picks = event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey;
    if (event.shiftKey) this.roll.pickTo(index);
    else if (picks) this.roll.pick(e.id);
    this.roll.go(index);
    if (event.shiftKey || picks) this.around.picked();
    else this.around.open(e);
    this.draw();
  }

  private fill(l: Line, e: Entry, index: number, now: number): void {
    const { root } = l;
    root.style.transform = `translateY(${index * line}px)`;
    Object.assign(root.dataset, { index: String(index), id: e.id, kind: e.kind, state: e.state, severity: String(e.severity), light: lights[e.light] ?? 'green' });
    root.setAttribute('aria-rowindex', String(index + 2));
    root.setAttribute('aria-selected', String(this.roll.isPicked(e.id)));
    root.classList.toggle('current', index === this.roll.index);
    l.box.checked = this.roll.isPicked(e.id);
    l.box.ariaLabel = this.around.pickName(e);
    for (const [c, cell] of l.cells) {
      const text = this.around.cell(e, c, now);
      if (cell.textContent === text) continue;
      cell.textContent = text;
      cell.title = text;
    }
  }
}
