/** Filters as a planner builds them, and the CQL2 text that the server reads: out, and what was written here back in. */
import { nearby, type Shape } from './shape';

export type Value = string | number | boolean;
export const operators = ['=', '<>', '<', '<=', '>', '>=', 'has', 'in', 'null', 'some'] as const;
/** 'has': the text is part of it, in any case of letters; 'in': one of several; 'null': there is none; 'some': there is one. */
export type Operator = (typeof operators)[number];

export type Node =
  | { is: 'all' | 'any'; of: Node[] }
  | { is: 'not'; of: Node }
  | { is: 'compare'; property: string; operator: Operator; values: Value[] } // 'in' has several, 'null' and 'some' have none
  | { is: 'time'; property: string; from: string; to: string } // RFC 3339 with Z or offset; '': no end
  | { is: 'shape'; shape: number; metres: number } // within so many metres of a drawn shape, by its place in the list
  | { is: 'ground'; wkt: string }; // touches a geometry that no shape stands for

export type Group = Extract<Node, { is: 'all' | 'any' }>;
export const isGroup = (n: Node): n is Group => n.is === 'all' || n.is === 'any';

const plainName = /^[A-Za-z_][A-Za-z0-9_.:]*$/;
const keywords = /^(and|or|not|in|like|between|is|null|true|false|casei|timestamp|date|interval|bbox)$/i;

const name = (property: string): string => (plainName.test(property) && !keywords.test(property) ? property : `"${property.replaceAll('"', '""')}"`);
const text = (s: string): string => `'${s.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const literal = (v: Value): string => (typeof v === 'string' ? text(v) : typeof v === 'number' ? String(v) : v ? 'TRUE' : 'FALSE');
const pattern = (s: string): string => `%${s.replace(/[\\%_]/g, '\\$&')}%`;

/** The text of a filter; '' of one that asks for nothing. Shapes that are gone ask for nothing either. */
export function write(node: Node | undefined, shapes: Shape[]): string {
  return node ? said(node, shapes, false) : '';
}

function said(node: Node, shapes: Shape[], inner: boolean): string {
  switch (node.is) {
    case 'all':
    case 'any': {
      const parts = node.of.map((n) => said(n, shapes, true)).filter((t) => t !== '');
      if (parts.length < 2) return parts[0] ?? '';
      const joined = parts.join(node.is === 'all' ? ' AND ' : ' OR ');
      return inner ? `(${joined})` : joined;
    }
    case 'not': {
      const part = said(node.of, shapes, false);
      return part && `NOT (${part})`;
    }
    case 'compare': return compared(node);
    case 'time': {
      const end = (t: string): string => (t ? `'${t}'` : "'..'");
      return node.from || node.to ? `T_INTERSECTS(${name(node.property)}, INTERVAL(${end(node.from)}, ${end(node.to)}))` : '';
    }
    case 'shape': {
      const shape = shapes[node.shape];
      return shape ? touches(wkt(nearby(shape, node.metres))) : '';
    }
    case 'ground': return touches(node.wkt);
  }
}

const touches = (geometry: string): string => `S_INTERSECTS(geometry, ${geometry})`;

function compared({ property, operator, values }: Extract<Node, { is: 'compare' }>): string {
  const [value] = values;
  const of = name(property);
  switch (operator) {
    case 'null': return `${of} IS NULL`;
    case 'some': return `${of} IS NOT NULL`;
    case 'in': return values.length === 0 ? '' : `${of} IN (${values.map(literal).join(', ')})`;
    case 'has': return value === undefined || value === '' ? '' : `CASEI(${of}) LIKE CASEI(${text(pattern(String(value)))})`;
    default: return value === undefined || value === '' ? '' : `${of} ${operator} ${literal(value)}`;
  }
}

/** A geometry as well-known text. */
export function wkt(g: GeoJSON.Geometry): string {
  const point = (p: GeoJSON.Position): string => `${p[0]} ${p[1]}`;
  const line = (l: GeoJSON.Position[]): string => `(${l.map(point).join(', ')})`;
  switch (g.type) {
    case 'Point': return `POINT(${point(g.coordinates)})`;
    case 'LineString': return `LINESTRING${line(g.coordinates)}`;
    case 'Polygon': return `POLYGON(${g.coordinates.map(line).join(', ')})`;
    case 'GeometryCollection': return `GEOMETRYCOLLECTION(${g.geometries.map(wkt).join(', ')})`;
    default: throw new Error(`a ${g.type} is not drawn here`);
  }
}

/** Reads a text as the builder would have written it; undefined if it says what the builder does not. was: what ground may be a shape. */
export function read(source: string, was: Node | undefined, shapes: Shape[]): Node | undefined {
  const known = new Map<string, Node>();
  shapes.forEach((s, shape) => [0, ...distancesOf(was)].forEach((metres) => known.set(wkt(nearby(s, metres)), { is: 'shape', shape, metres })));
  try {
    const reader = new Reader(source, known);
    const node = reader.joined();
    return reader.ended() ? node : undefined;
  } catch (e) {
    if (e instanceof Strange) return undefined;
    throw e;
  }
}

/** The distances that a filter has. */
function distancesOf(node: Node | undefined): number[] {
  if (!node) return [];
  if (node.is === 'shape') return [node.metres];
  if (node.is === 'all' || node.is === 'any') return node.of.flatMap(distancesOf);
  return node.is === 'not' ? distancesOf(node.of) : [];
}

/** Something that the builder does not write. */
class Strange extends Error {}

const token = /\s*(?:('(?:[^'\\]|''|\\[\s\S])*')|("(?:[^"]|"")*")|([A-Za-z_][A-Za-z0-9_.:]*)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(<>|<=|>=|[=<>(),]))/y;

class Reader {
  private at = 0;

  constructor(private readonly source: string, private readonly known: Map<string, Node>) {}

  ended(): boolean {
    return this.source.slice(this.at).trim() === '';
  }

  /** The next piece, which is taken; '' at the end. */
  private next(): string {
    token.lastIndex = this.at;
    const found = token.exec(this.source);
    if (!found) {
      if (this.ended()) return '';
      throw new Strange();
    }
    this.at = token.lastIndex;
    return found[0].trim();
  }

  private peek(): string {
    const { at } = this;
    const is = this.next();
    this.at = at;
    return is;
  }

  private took(word: string): boolean {
    if (this.peek().toUpperCase() !== word) return false;
    this.next();
    return true;
  }

  private want(...words: string[]): void {
    for (const w of words) if (!this.took(w)) throw new Strange();
  }

  joined(): Node {
    const first = this.one();
    for (const [word, is] of [['AND', 'all'], ['OR', 'any']] as const) {
      if (this.peek().toUpperCase() !== word) continue;
      const of = [first];
      while (this.took(word)) of.push(this.one());
      return { is, of };
    }
    return first;
  }

  private one(): Node {
    if (this.took('NOT')) {
      this.want('(');
      const of = this.joined();
      this.want(')');
      return { is: 'not', of };
    }
    if (this.took('(')) {
      const node = this.joined();
      this.want(')');
      return node;
    }
    if (this.took('S_INTERSECTS')) return this.ground();
    if (this.took('T_INTERSECTS')) return this.time();
    if (this.took('CASEI')) return this.has();
    const property = this.property();
    const word = this.next().toUpperCase();
    const compare = (operator: Operator, values: Value[]): Node => ({ is: 'compare', property, operator, values });
    if (word === 'IS') {
      const some = this.took('NOT');
      this.want('NULL');
      return compare(some ? 'some' : 'null', []);
    }
    if (word === 'IN') {
      this.want('(');
      const values = [this.value()];
      while (this.took(',')) values.push(this.value());
      this.want(')');
      return compare('in', values);
    }
    if (!['=', '<>', '<', '<=', '>', '>='].includes(word)) throw new Strange();
    return compare(word as Operator, [this.value()]);
  }

  private property(): string {
    const is = this.next();
    if (is.startsWith('"')) return is.slice(1, -1).replaceAll('""', '"');
    if (!plainName.test(is) || keywords.test(is)) throw new Strange();
    return is;
  }

  private value(): Value {
    const is = this.next();
    if (is.startsWith("'")) return is.slice(1, -1).replace(/''|\\([\s\S])/g, (all, c: string | undefined) => c ?? (all === "''" ? "'" : all));
    if (/^true$/i.test(is)) return true;
    if (/^false$/i.test(is)) return false;
    if (!/^-?\d/.test(is)) throw new Strange();
    return Number(is);
  }

  private has(): Node {
    this.want('(');
    const property = this.property();
    this.want(')', 'LIKE', 'CASEI', '(');
    const like = this.value();
    this.want(')');
    if (typeof like !== 'string' || !/^%[\s\S]*%$/.test(like) || like.length < 2) throw new Strange();
    const inner = like.slice(1, -1);
    if (/[%_]/.test(inner.replace(/\\[\s\S]/g, ''))) throw new Strange(); // a pattern of one's own
    return { is: 'compare', property, operator: 'has', values: [inner.replace(/\\([\s\S])/g, '$1')] };
  }

  private time(): Node {
    this.want('(');
    const property = this.property();
    this.want(',', 'INTERVAL', '(');
    const from = this.end();
    this.want(',');
    const to = this.end();
    this.want(')', ')');
    return { is: 'time', property, from, to };
  }

  private end(): string {
    const is = this.value();
    if (typeof is !== 'string') throw new Strange();
    return is === '..' ? '' : is;
  }

  private ground(): Node {
    this.want('(', 'GEOMETRY', ',');
    const from = this.at;
    if (!/^[A-Z]+$/i.test(this.next())) throw new Strange();
    let deep = 0;
    do {
      const is = this.next();
      if (is === '') throw new Strange();
      deep += is === '(' ? 1 : is === ')' ? -1 : 0;
    } while (deep > 0);
    const geometry = this.source.slice(from, this.at).trim();
    this.want(')');
    return this.known.get(geometry) ?? { is: 'ground', wkt: geometry };
  }
}

/** The filter with one more condition, which takes the place of one of the same property that it says more about. */
export function narrowed(node: Node | undefined, by: Node): Node {
  if (by.is === 'all') return by.of.reduce<Node>(narrowed, node ?? { is: 'all', of: [] });
  const of = !node ? [] : node.is === 'all' ? node.of : [node];
  const about = (n: Node): string => (n.is === 'compare' ? n.property + (n.operator === '=' || n.operator === 'in' ? '=' : n.operator) : JSON.stringify(n));
  return { is: 'all', of: [...of.filter((n) => about(n) !== about(by)), by] };
}

/** Where an error of the server's is in a text, in characters: "at byte 26" or the property it names; undefined if it does not say. */
export function placeOf(detail: string, source: string): [number, number] | undefined {
  const byte = /at byte (\d+)/.exec(detail);
  if (byte) {
    const at = new TextDecoder().decode(new TextEncoder().encode(source).slice(0, Number(byte[1]))).length;
    const end = /^\s*(?:[\w.:]+|\S)/.exec(source.slice(at))?.[0].length ?? 0;
    return [at, at + end];
  }
  const named = /property "([^"]+)"/.exec(detail)?.[1];
  const at = named ? source.indexOf(named) : -1;
  return named && at >= 0 ? [at, at + named.length] : undefined;
}
