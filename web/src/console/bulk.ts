/** One deed on many cases: each by itself, a few at a time, and what came of each. */
import { Problem } from '../lib/problem';
import type { Entry } from './entry';

export type Outcome = { entry: Entry; result: 'done' } | { entry: Entry; result: 'changed' | 'refused' | 'away'; why: string };

/** How many are on their way at once. */
const atOnce = 4;

/** Does it to each; told is called when one more is through. The outcomes are in the order of the entries. */
export async function toEach(entries: Entry[], deed: (e: Entry) => Promise<void>, told: (done: number) => void): Promise<Outcome[]> {
  const out: Outcome[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < entries.length; i = next++) {
      const entry = entries[i]!;
      out[i] = await deed(entry).then((): Outcome => ({ entry, result: 'done' }), (e: unknown) => ({ entry, ...trouble(e) }));
      told(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, work));
  return out;
}

/** Why it was not done: somebody else was faster, the server refused, or it is away. */
function trouble(e: unknown): { result: 'changed' | 'refused' | 'away'; why: string } {
  if (!(e instanceof Problem)) return { result: 'away', why: '' };
  return { result: e.status === 409 || e.status === 412 ? 'changed' : 'refused', why: e.message };
}

/** What may be done with all that are picked at once: deeds of alarms where there are alarms among them, of incidents where there are incidents. */
export function bulkDeeds(picked: Pick<Entry, 'kind' | 'state'>[], may: (action: 'dispatch' | 'file' | 'supervise') => boolean): string[] {
  const alarms = picked.filter((e) => e.kind === 'alarm');
  const incidents = picked.filter((e) => e.kind === 'incident');
  const out: string[] = [];
  if (alarms.length > 0 && may('dispatch')) out.push('acknowledge', 'suppress', 'confirm', 'false');
  if (incidents.some((e) => e.state === 'discovered') && may('file')) out.push('file');
  if (incidents.length > 0 && may('supervise')) out.push('supervise');
  return out;
}

/** Which of those that are picked a deed is for. */
export function meant(verb: string, picked: Entry[]): Entry[] {
  if (verb === 'file') return picked.filter((e) => e.kind === 'incident' && e.state === 'discovered');
  if (verb === 'supervise') return picked.filter((e) => e.kind === 'incident');
  return picked.filter((e) => e.kind === 'alarm' && (verb !== 'acknowledge' || e.state === 'raised'));
}
