/** Where things lie on the strip map (直线图): the creek drawn straight, upstream at the left. Pure of the page. */
import { between } from './course';

/** What the server tells of the creek by chainage: areas on each bank, and things that stand along it. */
export interface StripFacts {
  from: number; to: number; // metres
  areas: { code: string; name: string; bank: string; from: number; to: number }[];
  marks: { id: string; kind: string; class: string; name?: string; nameEn?: string; chainage?: number; offset?: number; lon: number; lat: number }[];
}

/** The room of the strip, in pixels, and how large its letters are. */
export interface Room { width: number; height: number; letter: number }

export class StripLayout {
  /** From top to bottom: names of bridges, the left bank, the creek with its values, the right bank, the scale. */
  readonly rows: { names: number; left: number; top: number; bottom: number; right: number; scale: number };
  private readonly side: number;

  constructor(private readonly range: [number, number], readonly room: Room) {
    const { height, letter } = room;
    this.side = letter * 1.2;
    const names = letter * 1.15;
    const scale = height - letter * 0.35;
    const [first, last] = [names + letter * 0.5, scale - letter * 1.15];
    const line = Math.min(letter * 1.25, (last - first) * 0.26);
    this.rows = { names, left: first + line * 0.78, top: first + line, bottom: last - line, right: last - line * 0.22, scale };
  }

  /** Pixels from the left of a chainage; one beyond the range lies at its end. */
  x(chainage: number): number {
    const [from, to] = this.range;
    return between([[from, this.side], [to, this.room.width - this.side]], chainage, 0, 1);
  }

  /** Pixels from the top of a value within low and high: low lies at the bottom of the creek. */
  y(value: number, low: number, high: number): number {
    const t = high > low ? (value - low) / (high - low) : 0.5;
    return this.rows.bottom - Math.min(1, Math.max(0, t)) * (this.rows.bottom - this.rows.top);
  }

  /** Chainages of the scale, in metres: round numbers, not nearer than a number is wide. */
  ticks(): number[] {
    const [from, to] = this.range;
    const each = [500, 1000, 2000, 5000, 10_000].find((s) => this.x(from + s) - this.x(from) > this.room.letter * 4) ?? 20_000;
    const out: number[] = [];
    for (let c = Math.ceil(from / each) * each; c <= to; c += each) out.push(c);
    return out;
  }

  /** Of labels in a row those that have room, the first of equals first; each with the middle of its text. wide is how wide a text is in letters. */
  fitting<T>(labels: { chainage: number; text: string; of: T }[]): { x: number; text: string; of: T }[] {
    const out: { x: number; text: string; of: T }[] = [];
    let free = 0;
    for (const { chainage, text, of } of [...labels].sort((a, b) => a.chainage - b.chainage)) {
      const half = (wide(text) * this.room.letter) / 2;
      const x = Math.min(this.room.width - half, Math.max(half, this.x(chainage)));
      if (x - half < free) continue;
      free = x + half + this.room.letter * 0.6;
      out.push({ x, text, of });
    }
    return out;
  }
}

/** How wide a text is, in letters of Chinese. */
export function wide(text: string): number {
  return [...text].reduce((n, c) => n + (c.codePointAt(0)! > 0x2e80 ? 1 : 0.6), 0);
}

/** The range in which values are drawn: of all of them, and never less than so much. */
export function scaleOf(values: number[], least: number): [number, number] {
  const known = values.filter((v) => !Number.isNaN(v));
  if (known.length === 0) return [0, least];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const more = Math.max(0, least - (high - low)) / 2;
  return [low - more, high + more];
}
