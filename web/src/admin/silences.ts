/** The silences: alarms that are suppressed for a while, and why. */
import type { Schemas } from '../lib/contract';
import { instant, stamp } from '../lib/time';
import type { Field } from './form';
import type { Paper, Papers, Say } from './papers';

type Silence = Schemas['silenceDocument'];

const lists = ['rules', 'causes', 'classes', 'areas', 'assets'] as const;

/** How long a new silence holds, in milliseconds. */
const aWhile = 8 * 3_600_000;

export const silences: Papers<Silence> = {
  name: 'silences',
  heads: ['why', 'fits', 'until'],
  blank: () => ({ match: {}, until: new Date(Date.now() + aWhile).toISOString() }),
  row: ({ doc }: Paper<Silence>) => [doc.why, Object.entries(doc.match).map(([k, v]) => `${k}: ${[v].flat().join(', ')}`).join(' · '), stamp(instant(doc.until) ?? 0).slice(0, 16)],
  fields: (_, say: Say): Field[] => [
    { name: 'why', label: say('why'), as: 'words', required: true },
    ...lists.map((l): Field => ({ name: `match.${l}`, label: say(`match_${l}`), as: 'list' })),
    { name: 'match.fence', label: say('rule_fence'), as: 'text' },
    { name: 'from', label: say('from'), as: 'time' }, { name: 'until', label: say('until'), as: 'time', required: true },
  ],
};
