/** Warnings from outside: an alarm in their time. */
import { severityWord } from '../lib/casewords';
import type { Schemas } from '../lib/contract';
import { choose, type Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import type { Field } from './form';
import type { Paper, Papers, Say } from './papers';

type Warning = Schemas['warningDocument'];

export const warnings: Papers<Warning> = {
  name: 'warnings',
  heads: ['heading', 'sender', 'severity', 'until'],
  blank: () => ({ severity: 3 }),
  row: ({ doc }: Paper<Warning>, _: Say, lang: Lang) => [choose([doc.title, doc.titleEn], lang), doc.sender, severityWord(doc.severity, lang), stamp(instant(doc.until) ?? 0).slice(0, 16)],
  fields: (_, say: Say, lang: Lang): Field[] => [
    { name: 'title', label: say('title'), as: 'text', required: true }, { name: 'titleEn', label: say('titleEn'), as: 'text', required: true },
    { name: 'sender', label: say('sender'), as: 'text', required: true }, { name: 'identifier', label: say('identifier'), as: 'text', required: true },
    { name: 'severity', label: say('severity'), as: 'level', options: [1, 2, 3, 4, 0].map((s) => [String(s), severityWord(s, lang)]) },
    { name: 'from', label: say('from'), as: 'time', required: true }, { name: 'until', label: say('until'), as: 'time', required: true },
    { name: 'where', label: say('where'), as: 'text', required: true }, { name: 'place', label: say('placeJson'), as: 'json', required: true, hint: '[121.43, 31.25]' },
    { name: 'text', label: say('text'), as: 'words' },
  ],
};
