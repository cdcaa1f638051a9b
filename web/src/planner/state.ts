/** Everything that a planner has set up, and the address that restores it: pure. */
import { packed, unpacked, type Shape } from './shape';
import { write, type Node } from './cql';

/** What is shown and asked. The text of the filter follows from node and shapes unless raw says it. */
export interface State {
  layer: string; // whose features are asked for
  hidden: string[]; // layers that are switched off
  without: string[]; // classes that are left out, each with its layer and : before it
  opacity: Record<string, number>; // of layers, where it is not 1
  order: string[]; // of layers from below, if it is not that of the style
  node?: Node | undefined;
  raw?: string | undefined; // a filter that was typed and that the builder does not say
  shapes: Shape[];
  ground: string; // of what table, figures and files are: '' all, 'view' what the map shows, else the place of a shape
  columns: string[]; // of the table; none: the usual
  sort: string; // a column, with - before it if it falls; ''
  by: string; // what the chart counts by
  question: string; // that is asked; ''
  given: Record<string, string>; // its fields
}

export const blank: State = { layer: 'assets', hidden: [], without: [], opacity: {}, order: [], shapes: [], ground: '', columns: [], sort: '', by: 'class', question: '', given: {} };

const lists = ['hidden', 'without', 'order', 'columns'] as const;
const words = ['layer', 'ground', 'sort', 'by', 'question'] as const;

/** The state as the parameters of an address; what is as usual is left out. */
export function addressOf(s: State): URLSearchParams {
  const out = new URLSearchParams();
  for (const k of words) if (s[k] !== blank[k]) out.set(k, s[k]);
  for (const k of lists) if (s[k].length > 0) out.set(k, s[k].join(','));
  for (const [k, v] of Object.entries(s.opacity)) if (v !== 1) out.append('opacity', `${k}:${v}`);
  if (s.shapes.length > 0) out.set('shapes', packed(s.shapes));
  if (s.raw !== undefined) out.set('cql', s.raw);
  else if (s.node) out.set('filter', JSON.stringify(short(s.node)));
  for (const [k, v] of Object.entries(s.given)) if (v !== '') out.append('given', `${k}:${v}`);
  return out;
}

/** Reads an address; what it does not say, or says wrongly, is as usual. */
export function stateOf(q: URLSearchParams): State {
  const s: State = { ...blank, opacity: {}, given: {}, shapes: unpacked(q.get('shapes') ?? '') };
  for (const k of words) s[k] = q.get(k) ?? blank[k];
  for (const k of lists) s[k] = (q.get(k) ?? '').split(',').filter((v) => v !== '');
  for (const [k, v] of pairs(q.getAll('opacity'))) {
    const n = Number(v);
    if (n >= 0 && n < 1) s.opacity[k] = n;
  }
  for (const [k, v] of pairs(q.getAll('given'))) s.given[k] = v;
  const raw = q.get('cql');
  if (raw !== null) s.raw = raw;
  else s.node = long(q.get('filter'));
  return s;
}

const pairs = (all: string[]): [string, string][] => all.filter((t) => t.includes(':')).map((t) => [t.slice(0, t.indexOf(':')), t.slice(t.indexOf(':') + 1)]);

/** A filter as arrays, which take less room than objects with names. */
type Short = ['&' | '|', ...Short[]] | ['!', Short] | ['t', string, string, string] | ['s', number, number] | ['g', string] | [string, string, ...(string | number | boolean)[]];

function short(n: Node): Short {
  switch (n.is) {
    case 'all': return ['&', ...n.of.map(short)];
    case 'any': return ['|', ...n.of.map(short)];
    case 'not': return ['!', short(n.of)];
    case 'time': return ['t', n.property, n.from, n.to];
    case 'shape': return ['s', n.shape, n.metres];
    case 'ground': return ['g', n.wkt];
    case 'compare': return [`:${n.operator}`, n.property, ...n.values];
  }
}

function long(text: string | null): Node | undefined {
  if (!text) return undefined;
  try {
    return node(JSON.parse(text), 0);
  } catch {
    return undefined; // not written by us
  }
}

function node(s: unknown, deep: number): Node {
  if (!Array.isArray(s) || deep > 16) throw new Error('no filter');
  const [is, a, b, c] = s as unknown[];
  const is_ = (...types: string[]): boolean => [a, b, c].slice(0, types.length).every((v, i) => typeof v === types[i]);
  if (is === '&' || is === '|') return { is: is === '&' ? 'all' : 'any', of: s.slice(1).map((n) => node(n, deep + 1)) };
  if (is === '!') return { is: 'not', of: node(a, deep + 1) };
  if (is === 't' && is_('string', 'string', 'string')) return { is: 'time', property: a as string, from: b as string, to: c as string };
  if (is === 's' && is_('number', 'number')) return { is: 'shape', shape: a as number, metres: b as number };
  if (is === 'g' && is_('string')) return { is: 'ground', wkt: a as string };
  if (typeof is === 'string' && is[0] === ':' && is_('string')) {
    const operator = is.slice(1) as Extract<Node, { is: 'compare' }>['operator'];
    return { is: 'compare', property: a as string, operator, values: s.slice(2) as (string | number | boolean)[] };
  }
  throw new Error('no filter');
}

/** What is asked of a layer: the filter if it is the one that is asked about, and no class that is left out. */
export function filterOf(s: State, layer: string): string {
  const parts = [layer === s.layer ? s.raw ?? write(s.node, s.shapes) : '', left(s, layer)].filter((t) => t !== '');
  return parts.length < 2 ? parts[0] ?? '' : `(${parts[0]}) AND ${parts[1]}`;
}

/** The classes of a layer that are left out. */
export const classesLeft = (s: State, layer: string): string[] => s.without.filter((w) => w.startsWith(`${layer}:`)).map((w) => w.slice(layer.length + 1));

function left(s: State, layer: string): string {
  const codes = classesLeft(s, layer);
  return codes.length === 0 ? '' : `class NOT IN (${codes.map((c) => `'${c.replaceAll("'", "''")}'`).join(', ')})`;
}

/** What changes when a shape is gone: conditions and ground that were about it go with it. */
export function shapeGone(s: State, gone: number): Partial<State> {
  const at = (n: number): number | undefined => (n === gone ? undefined : n > gone ? n - 1 : n);
  const trimmed = (n: Node): Node | undefined => {
    if (n.is === 'all' || n.is === 'any') return { is: n.is, of: n.of.flatMap((o) => trimmed(o) ?? []) };
    if (n.is === 'not') {
      const of = trimmed(n.of);
      return of && { is: 'not', of };
    }
    if (n.is !== 'shape') return n;
    const shape = at(n.shape);
    return shape === undefined ? undefined : { ...n, shape };
  };
  const ground = s.ground === '' || s.ground === 'view' ? s.ground : String(at(Number(s.ground)) ?? '');
  return { shapes: s.shapes.filter((_, i) => i !== gone), ground, ...(s.node ? { node: trimmed(s.node) } : {}) };
}
