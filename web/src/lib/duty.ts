/** What somebody on patrol has to do, in the order in which to do it. */
import type { Listed, Reading } from './cases';
import type { Schemas } from './contract';
import { instant } from './time';

/** A row of the list of incidents, as the server tells it. */
export type Task = Listed & Partial<Pick<Schemas['incidentRow'], 'unit' | 'person' | 'address' | 'supervised' | 'begun'>>;

/** One that is one's own, or that waits for anybody of a unit. */
export interface Owed { task: Task; mine: boolean; metres: number | undefined }

/** From dispatch to report it is with who handles it. */
const working = ['dispatched', 'accepted', 'handling', 'rework', 'suspended'];

/** Of all that is open what concerns somebody: as whom he is named, whether he may handle, and how far it is to each place. */
export function owed(all: Task[], names: string[], handles: boolean, far: (t: Task) => number | undefined, now: number): Owed[] {
  if (!handles) return [];
  return all.flatMap((task): Owed[] => {
    if (!working.includes(task.state)) return [];
    const mine = task.person !== undefined && names.includes(task.person);
    const free = !task.person && task.state === 'dispatched';
    return mine || free ? [{ task, mine, metres: far(task) }] : [];
  }).sort((a, b) => before(a, b, now));
}

/** What is suspended comes last. Else own before free, then the worse light, the severity, what is due first in steps of a quarter of an hour, the nearer, the number. */
function before(a: Owed, b: Owed, now: number): number {
  const rank = (o: Owed): number[] => [
    o.task.state === 'suspended' ? 1 : 0, o.mine ? 0 : 1, -light(o.task.clock, now), o.task.severity || 5, quarter(o.task.clock, now), o.metres ?? Infinity,
  ];
  const [x, y] = [rank(a), rank(b)];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return a.task.id < b.task.id ? -1 : a.task.id > b.task.id ? 1 : 0;
}

/** The light of a clock now: one that the server told of long ago has gone on since. */
export function light(clock: Reading | undefined, now: number): number {
  if (!clock || clock.ended || clock.stands) return 0;
  const due = instant(clock.due);
  if (due !== undefined && due <= now) return 2;
  return clock.colour === 'red' ? 2 : clock.colour === 'yellow' ? 1 : 0;
}

/** How long there is yet, in milliseconds; negative past due, undefined if nothing runs. */
export function left(clock: Reading | undefined, now: number): number | undefined {
  const due = clock && !clock.ended && !clock.stands ? instant(clock.due) : undefined;
  return due === undefined ? undefined : due - now;
}

function quarter(clock: Reading | undefined, now: number): number {
  const ms = left(clock, now);
  return ms === undefined ? Infinity : Math.floor(ms / 900_000);
}

/** What a verb that waits in the outbox will make of an incident, as far as it is known: shown until the server has said. */
export function foreseen(state: string, verbs: string[]): string {
  const to: Record<string, string> = { accept: 'accepted', return: 'returned', handle: 'handling', suspend: 'suspended', report: 'reported' };
  return verbs.reduce((s, v) => to[v] ?? s, state);
}

/** What one who handles may do next in a state that the server has not confirmed yet. */
export function next(state: string): string[] {
  switch (state) {
    case 'dispatched': return ['accept', 'return'];
    case 'accepted': return ['handle', 'return'];
    case 'rework': return ['handle'];
    case 'handling': return ['report'];
    default: return [];
  }
}

/** Metres in few digits, as they are read while walking. */
export function metresText(m: number, lang: 'zh' | 'en'): string {
  const rounded = m < 100 ? Math.round(m / 5) * 5 : Math.round(m / 10) * 10;
  return rounded < 1000 ? `${rounded} ${lang === 'zh' ? '米' : 'm'}` : `${(m / 1000).toFixed(1)} ${lang === 'zh' ? '公里' : 'km'}`;
}

/** A span in the two largest units, without a sign. */
export function spanText(ms: number, lang: 'zh' | 'en'): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const say = (n: number, zh: string, en: string): string => (lang === 'zh' ? `${n} ${zh}` : `${n} ${en}`);
  if (d > 0) return `${say(d, '天', 'd')} ${say(h, '小时', 'h')}`;
  if (h > 0) return `${say(h, '小时', 'h')} ${say(m, '分', 'min')}`;
  return say(m, '分', 'min');
}
