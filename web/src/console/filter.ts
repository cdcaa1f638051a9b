/** What of the inbox is shown, in which order; both are kept in the address. */
import { worstFirst } from '../lib/docket';
import { may, type Me } from '../lib/session';
import type { Entry } from './entry';

export type Whose = '' | 'mine' | 'unassigned' | 'waiting' | 'supervised' | 'extension' | 'fresh';

/** '' and 0 pass all. over: incidents that are not open. severity: as severe or more. */
export interface Filter {
  kind: '' | 'incident' | 'alarm' | 'over'; state: string; severity: number; class: string; area: string; channel: string; colour: '' | 'yellow' | 'red'; whose: Whose; q: string;
}

/** Whether a filter leaves anything out that is open. */
export function narrows(f: Filter): boolean {
  return Object.entries(everything).some(([key, all]) => f[key as keyof Filter] !== all);
}

export type Column = 'severity' | 'clock' | 'id' | 'class' | 'title' | 'area' | 'channel' | 'state' | 'to' | 'age';

/** '' is the order of urgency. */
export interface Order { by: Column | ''; down: boolean }

export const everything: Readonly<Filter> = { kind: '', state: '', severity: 0, class: '', area: '', channel: '', colour: '', whose: '', q: '' };

export const columns: readonly Column[] = ['severity', 'clock', 'id', 'class', 'title', 'area', 'channel', 'state', 'to', 'age'];

/** What the filter knows of who looks, of what words mean, and of what the server found by them. */
export interface Ground {
  who: Pick<Me, 'id' | 'unit' | 'actions'>;
  now: number; // Unix milliseconds
  words(e: Entry): string; // all that can be read in a line
  found: ReadonlySet<string>; // numbers that the server found by the text
}

const byState: Record<string, 'file' | 'dispatch' | 'check'> = {
  discovered: 'file', filed: 'dispatch', returned: 'dispatch', reopened: 'dispatch', reported: 'check', checking: 'check', closed: 'check',
};

/** Whether it waits for somebody with these rights: what its state wants next, time that is asked for, an alarm that nobody knows of. */
export function waits(e: Entry, who: Pick<Me, 'actions'>): boolean {
  if (e.kind === 'alarm') return e.state === 'raised' && may(who, 'dispatch');
  if (e.extension && may(who, 'supervise')) return true;
  const next = byState[e.state];
  return next !== undefined && may(who, next);
}

/** Whether it is with somebody, or with his unit. */
export function isOf(e: Entry, who: Pick<Me, 'id' | 'unit'>): boolean {
  return e.person === who.id || Boolean(who.unit) && e.unit === who.unit && e.person === '';
}

/** How long a shift is, in milliseconds. */
const shift = 8 * 3600_000;

/** Whether it was found in the time of one shift. */
export function isFresh(e: Entry, now: number): boolean {
  return e.kind === 'incident' && e.begun !== undefined && now - e.begun <= shift;
}

function belongs(e: Entry, whose: Whose, g: Ground): boolean {
  switch (whose) {
    case '':
      return true;
    case 'mine':
      return isOf(e, g.who);
    case 'unassigned':
      return e.kind === 'incident' && e.unit === '' && e.person === '';
    case 'waiting':
      return waits(e, g.who);
    case 'supervised':
      return e.supervised;
    case 'extension':
      return e.extension;
    case 'fresh':
      return isFresh(e, g.now);
  }
}

export function passes(f: Filter, e: Entry, g: Ground): boolean {
  const is = (asked: string, has: string): boolean => asked === '' || asked === has;
  return (f.kind === 'over' ? !e.open : e.open && is(f.kind, e.kind)) && is(f.state, e.state) && (f.severity === 0 || e.severity > 0 && e.severity <= f.severity)
    && is(f.class, e.class) && is(f.area, e.area) && is(f.channel, e.channel) && (f.colour === '' || e.light >= (f.colour === 'red' ? 2 : 1))
    && belongs(e, f.whose, g) && reads(f.q, e, g);
}

/** All words of the text are in the line, or the server found it by them. */
function reads(q: string, e: Entry, g: Ground): boolean {
  const asked = q.trim().toLowerCase();
  if (asked === '' || g.found.has(e.id)) return true;
  const text = g.words(e).toLowerCase();
  return asked.split(/\s+/).every((word) => text.includes(word));
}

/** What a column is ordered by; what has none comes last either way. */
function keyOf(e: Entry, by: Column, said: (e: Entry, by: Column) => string): number | string | undefined {
  switch (by) {
    case 'severity':
      return e.severity || undefined;
    case 'clock':
      return e.due;
    case 'age':
      return e.begun === undefined ? undefined : -e.begun;
    case 'id':
      return e.id;
    default:
      return said(e, by) || undefined;
  }
}

/** Puts the lines in order; what is equal stands as urgent as it is. said is what a column shows. */
export function ordered(all: Entry[], o: Order, said: (e: Entry, by: Column) => string): Entry[] {
  const { by } = o;
  if (by === '') return [...all].sort(worstFirst);
  const keys = new Map(all.map((e) => [e, keyOf(e, by, said)]));
  const sign = o.down ? -1 : 1;
  return [...all].sort((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)];
    if (x === y) return worstFirst(a, b);
    if (x === undefined) return 1;
    if (y === undefined) return -1;
    // Numbers of cases are as long as each other: they need no words' order, which is slow.
    return sign * (by !== 'id' && typeof x === 'string' && typeof y === 'string' ? collator.compare(x, y) : x < y ? -1 : 1) || worstFirst(a, b);
  });
}

const collator = new Intl.Collator('zh-CN', { numeric: true });

/** How a click on a column's head changes the order: up, down, as urgent. */
export function turned(o: Order, by: Column): Order {
  if (o.by !== by) return { by, down: false };
  return o.down ? { by: '', down: false } : { by, down: true };
}

const kinds = ['', 'incident', 'alarm', 'over'] as const;
const colours = ['', 'yellow', 'red'] as const;
const whoses = ['', 'mine', 'unassigned', 'waiting', 'supervised', 'extension', 'fresh'] as const;

const oneOf = <T extends string>(all: readonly T[], text: string | null): T | undefined => all.find((x) => x === text);

/** Reads what an address keeps; what it cannot mean is passed over. */
export function fromAddress(search: string): { filter: Filter; order: Order } {
  const q = new URLSearchParams(search);
  const text = (key: string): string => (q.get(key) ?? '').slice(0, 100);
  const severity = Number(q.get('severity'));
  const sort = q.get('sort') ?? '';
  return {
    filter: {
      kind: oneOf(kinds, q.get('kind')) ?? '', colour: oneOf(colours, q.get('colour')) ?? '', whose: oneOf(whoses, q.get('whose')) ?? '',
      severity: [1, 2, 3, 4].includes(severity) ? severity : 0, state: text('state'), class: text('class'), area: text('area'), channel: text('channel'), q: text('q'),
    },
    order: { by: oneOf(columns, sort.replace(/^-/, '')) ?? '', down: sort.startsWith('-') },
  };
}

/** The address's query with the filter in it; what else it holds stays. */
export function toAddress(search: string, f: Filter, o: Order): string {
  const q = new URLSearchParams(search);
  const put = (key: string, value: string): void => { if (value === '') q.delete(key); else q.set(key, value); };
  for (const key of ['kind', 'state', 'class', 'area', 'channel', 'colour', 'whose', 'q'] as const) put(key, f[key]);
  put('severity', f.severity ? String(f.severity) : '');
  put('sort', o.by === '' ? '' : `${o.down ? '-' : ''}${o.by}`);
  const text = q.toString();
  return text === '' ? '' : `?${text}`;
}
