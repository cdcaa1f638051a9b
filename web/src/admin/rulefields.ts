/** Which fields a rule of a kind has: the table of docs/alarms.md. */
import type { Schemas } from '../lib/contract';

export type Rule = Schemas['ruleDocument'];
export type RuleKind = Rule['kind'];

export const ruleKinds: RuleKind[] = ['threshold', 'rate', 'stuck', 'stale', 'missing', 'fence', 'crowding', 'near', 'finding'];

const own: Record<RuleKind, (keyof Rule)[]> = {
  threshold: ['classes', 'phenomenon', 'where', 'when', 'clear', 'for', 'times', 'within'],
  rate: ['classes', 'phenomenon', 'where', 'over', 'when', 'clear', 'for'],
  stuck: ['classes', 'phenomenon', 'where', 'over', 'band'],
  stale: ['classes', 'phenomenon', 'where', 'after'],
  missing: ['classes', 'where', 'after', 'unseen'],
  fence: ['classes', 'where', 'fence', 'on', 'for'],
  crowding: ['classes', 'where', 'fence', 'count', 'clear', 'for'],
  near: ['classes', 'where', 'others', 'metres', 'for'],
  finding: ['classes', 'where', 'findings', 'when', 'hold', 'sources'],
};

/** In the order in which they are asked for. */
export function fieldsOf(kind: RuleKind): (keyof Rule)[] {
  return ['title', 'titleEn', 'kind', 'severity', ...own[kind], 'cause', 'gather', 'across', 'event', 'promote', 'reliability', 'schedule', 'inhibits', 'overrides', 'off'];
}
