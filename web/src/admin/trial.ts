/** What a rule would have raised in the last day or days, before it is saved. */
import { ask } from '../lib/ask';
import { severityWord } from '../lib/casewords';
import type { Answers } from '../lib/contract';
import { button, make } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { table } from './desk';
import type { Say } from './papers';

type Tried = Answers['POST /v1/rules/try'];

/** On how many days it can be tried. */
const spans = [1, 3, 7];

/** A choice of days with a button, and what came of it. attempt does something with the rule that is written, and says what is wrong at its field. */
export function trialPart(attempt: (what: (rule: object) => Promise<void>) => Promise<boolean>, say: Say, lang: Lang): HTMLElement {
  const days = make('select', { name: 'trial-days' }, ...spans.map((n) => make('option', { value: String(n) }, say('lastDays').replace('{n}', String(n)))));
  days.ariaLabel = say('trialSpan');
  const out = make('div', { className: 'tried' });
  out.setAttribute('role', 'status');
  const go = button(say('tryRule'), () => {
    go.disabled = true;
    out.replaceChildren(make('p', { className: 'hint' }, say('trying')));
    void attempt(async (rule) => {
      const from = new Date(Date.now() - Number(days.value) * 24 * 3600_000).toISOString();
      out.replaceChildren(...told(await ask<Tried>(`/v1/rules/try?from=${encodeURIComponent(from)}`, { method: 'POST', body: rule }), say, lang));
    }).then((done) => {
      if (!done) out.replaceChildren();
      go.disabled = false;
    });
  });
  return make('section', { className: 'trial' }, make('div', { className: 'ways' }, days, go), out);
}

function told(is: Tried, say: Say, lang: Lang): HTMLElement[] {
  const fill = (text: string, values: Record<string, string | number>): string => text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  const span = Date.parse(is.to) - Date.parse(is.from);
  return [
    make('p', { className: 'sum' }, fill(say('trialSum'), {
      raised: is.raised, perDay: Number((is.raised / (span / (24 * 3600_000))).toFixed(1)), things: is.judged, readings: is.readings.toLocaleString('en'), before: is.before,
    })),
    ...(is.bound ? [make('p', { className: 'wrong' }, fill(say(`trialBound_${is.bound}`), { judged: is.judged, things: is.things }))] : []),
    ...(is.days.length > 1 ? [table([say('day'), say('alarmed1')], is.days.map((d) => [d.day, String(d.raised)]))] : []),
    ...(is.alarms.length > 0 ? [table([say('raisedAt'), say('lasted'), say('severity'), say('about')], is.alarms.map((a) => [
      stamp(instant(a.raised) ?? 0), a.over ? length(Date.parse(a.over) - Date.parse(a.raised), lang) : say('stillOpen'), severityWord(a.severity, lang),
      a.members.slice(0, 3).map((m) => [m.asset, m.value === undefined ? '' : `${Number(m.value.toFixed(2))} ${m.unit ?? ''}`].join(' ').trim()).join(', ') + (a.held > 3 ? ` … (${a.held})` : ''),
    ]))] : []),
  ];
}

/** How long an alarm was open. */
function length(ms: number, lang: Lang): string {
  const [h, m, s] = [Math.floor(ms / 3600_000), Math.floor((ms % 3600_000) / 60_000), Math.round((ms % 60_000) / 1000)];
  const zh = lang === 'zh';
  return h > 0 ? (zh ? `${h} 小时 ${m} 分` : `${h} h ${m} min`) : m > 0 ? (zh ? `${m} 分 ${s} 秒` : `${m} min ${s} s`) : zh ? `${s} 秒` : `${s} s`;
}
