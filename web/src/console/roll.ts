/** The list as it is worked with: which lines there are, which is the current one, which are picked, and which of thousands are drawn. */
import type { Entry } from './entry';

/** How many lines are drawn beyond what is seen, on each side. */
const spare = 8;

export class Roll {
  private lines: Entry[] = [];
  private at = new Map<string, number>();
  private readonly chosen = new Set<string>();
  private where = 0;

  get rows(): readonly Entry[] {
    return this.lines;
  }

  get current(): Entry | undefined {
    return this.lines[this.where];
  }

  /** The place of the current line; -1 if there is none. */
  get index(): number {
    return this.lines.length === 0 ? -1 : this.where;
  }

  /** Takes the lines as they are now: the current one stays so if it is there still, else the one at its place is. What is gone is picked no more. */
  set(rows: Entry[]): void {
    const id = this.current?.id;
    this.lines = rows;
    this.at = new Map(rows.map((e, i) => [e.id, i]));
    const stays = id === undefined ? undefined : this.at.get(id);
    this.where = stays ?? Math.max(0, Math.min(this.where, rows.length - 1));
    for (const picked of this.chosen) if (!this.at.has(picked)) this.chosen.delete(picked);
  }

  /** Goes so many lines down, or up. */
  move(by: number): void {
    this.go(this.where + by);
  }

  go(index: number): void {
    this.where = Math.max(0, Math.min(index, this.lines.length - 1));
  }

  /** Makes the case the current line, if it is there. */
  find(id: string): boolean {
    const i = this.at.get(id);
    if (i !== undefined) this.where = i;
    return i !== undefined;
  }

  isPicked(id: string): boolean {
    return this.chosen.has(id);
  }

  get picked(): Entry[] {
    return this.lines.filter((e) => this.chosen.has(e.id));
  }

  pick(id: string): void {
    if (!this.chosen.delete(id) && this.at.has(id)) this.chosen.add(id);
  }

  /** Picks all lines, or none if all are. */
  pickAll(): void {
    if (this.chosen.size === this.lines.length) this.chosen.clear();
    else for (const e of this.lines) this.chosen.add(e.id);
  }

  /** Picks all from the current line to another. */
  pickTo(index: number): void {
    const [from, to] = [Math.min(this.where, index), Math.max(this.where, index)];
    for (const e of this.lines.slice(from, to + 1)) this.chosen.add(e.id);
  }

  drop(): void {
    this.chosen.clear();
  }
}

/** Which of n lines are drawn, from and up to; top, seen and line are heights in pixels. */
export function drawn(top: number, seen: number, line: number, n: number): [number, number] {
  const from = Math.max(0, Math.floor(top / line) - spare);
  return [Math.min(from, n), Math.min(n, Math.ceil((top + seen) / line) + spare)];
}

/** How far the list must be scrolled for a line to be seen whole below a head of that height; as it is if it can be. */
export function scrolled(top: number, seen: number, line: number, head: number, index: number): number {
  const from = index * line;
  if (from < top) return from;
  const to = from + line + head;
  return to > top + seen ? to - seen : top;
}
