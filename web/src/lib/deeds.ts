/** What each verb asks for, and which of those that somebody may do make sense as things stand. */
import type { Alarm, Incident } from './cases';

/** A thing that a verb is given. */
export type Field = 'reason' | 'reasonIfAny' | 'to' | 'severity' | 'into' | 'extra' | 'grant' | 'lift' | 'satisfaction' | 'until';

/** By verb what is asked before it is done; of what is not here nothing is. */
const asked: Record<string, Field[]> = {
  file: ['severity', 'reasonIfAny'], reject: ['reason'], merge: ['into', 'reasonIfAny'], unmerge: ['reasonIfAny'],
  dispatch: ['to', 'reasonIfAny'], reassign: ['to', 'reason'], escalate: ['reason'],
  return: ['reason'], suspend: ['reason'], report: ['reasonIfAny'], extend: ['extra', 'reason'], approve: ['grant', 'reasonIfAny'],
  rework: ['reason'], close: ['reasonIfAny'], evaluate: ['satisfaction', 'reasonIfAny'], reopen: ['reason'], supervise: ['lift', 'reason'],
  cancel: ['reason'], comment: ['reason'], contact: ['reasonIfAny'],
  suppress: ['until', 'reason'], false: ['reason'], confirm: ['reasonIfAny'], clear: ['reasonIfAny'], promote: ['reasonIfAny'],
};

export function fieldsOf(verb: string): Field[] {
  return asked[verb] ?? [];
}

/** What drives the loop on, in its order: offered before all else. */
const onward = ['file', 'dispatch', 'accept', 'handle', 'resume', 'report', 'check', 'close', 'evaluate', 'acknowledge'];

/** Of what may be done with an incident what makes sense now, first what drives it on. */
export function offered(i: Incident): string[] {
  return inOrder((i.may ?? []).filter((verb) => sensible(i, verb)));
}

export function offeredOf(a: Alarm): string[] {
  return inOrder(a.may ?? []);
}

export function isOnward(verb: string): boolean {
  return onward.includes(verb);
}

function inOrder(verbs: string[]): string[] {
  return [...verbs.filter(isOnward), ...verbs.filter((v) => !isOnward(v))];
}

function sensible(i: Incident, verb: string): boolean {
  switch (verb) {
    case 'approve':
      return i.extension !== undefined;
    case 'extend':
      return i.extension === undefined && (i.tally?.extensions ?? 0) < (i.terms.extensions ?? 0);
    case 'suspend':
      return i.terms.suspend === true;
    case 'contact':
      return !i.tally?.contacted && i.sources.some((s) => s.contact !== undefined);
    case 'escalate':
      return i.task?.level !== 'district';
    case 'merge':
      return (i.members ?? []).length === 0;
    default:
      return true;
  }
}

/** How many photos of after the work are wanting before it can be reported and closed. */
export function wanting(i: Incident): number {
  const round = i.task?.round ?? 0;
  const there = (i.evidence ?? []).filter((e) => e.kind === 'file' && e.when === 'after' && (e.round ?? 0) === round).length;
  return Math.max(0, (i.terms.proof ?? 0) - there);
}

/** Whether a verb waits for photos. */
export function waits(i: Incident, verb: string): boolean {
  return (verb === 'report' || verb === 'close') && wanting(i) > 0;
}

/** Whether a photo that is taken now shows what was done: work is on. */
export function isAfter(i: Incident): boolean {
  return ['accepted', 'handling', 'rework', 'reported', 'checking'].includes(i.state);
}
