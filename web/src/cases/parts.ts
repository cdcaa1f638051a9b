/** The parts of a card of an alarm or an incident. */
import type { Alarm, Evidence, Incident, Member, Reading, Step } from '../lib/cases';
import { button, make } from '../lib/dom';
import { choose, stateWord, word, type Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { channelWord, lights, say, severityWord, stepWord, verbWord, type CaseWord } from '../lib/casewords';

/** What the parts need to know of all else. */
export interface Names {
  lang: Lang;
  className(code: string): string;
  areaName(code: string): string;
  phenomenon(code: string): { name: string; unit: string };
}

/** A part with a heading, or nothing if there is nothing in it. */
export function section(title: string, className: string, ...children: (Node | string)[]): HTMLElement[] {
  return children.length === 0 ? [] : [make('section', { className }, make('h3', {}, title), ...children)];
}

/** Severity, state and what else is to be seen at once. */
export function chips(state: string, severity: number, light: number, more: string[], lang: Lang): HTMLElement {
  const chip = (text: string, key: string, value: string): HTMLElement => {
    const e = make('li', {}, text);
    if (value !== '') e.dataset[key] = value;
    return e;
  };
  const colour = lights[light] ?? 'green';
  return make('ul', { className: 'chips' }, chip(severityWord(severity, lang), 'severity', String(severity)), chip(stateWord(state, lang), 'state', state),
    ...(light > 0 ? [chip(say(colour, lang), 'light', colour)] : []), ...more.map((m) => chip(m, 'more', '')));
}

export function incidentFacts(i: Incident, { lang, className, areaName }: Names): HTMLElement {
  const rows: [CaseWord | 'class' | 'id', string | undefined][] = [
    ['id', i.id], ['class', className(i.what.class)], ['area', areaName(i.what.area ?? '')], ['address', i.what.address],
    ['channel', [...new Set(i.sources.map((s) => channelWord(s.channel, lang)))].join('、')],
    ['unit', i.task?.unit], ['person', i.task?.person], ['level', level(i.task?.level, lang)],
  ];
  return facts(rows, lang);
}

function level(at: string | undefined, lang: Lang): string | undefined {
  return at === 'village' || at === 'street' || at === 'district' ? say(at, lang) : at;
}

export function alarmFacts(a: Alarm, { lang, className, areaName }: Names): HTMLElement {
  const raised = instant(a.raised);
  return facts([
    ['id', a.id], ['class', className(a.event ?? a.cause)], ['area', areaName(a.area ?? '')], ['rule', a.rule], ['raised', raised === undefined ? '' : stamp(raised)],
    ['reliability', `${Math.round(a.reliability * 100)} %`],
  ], lang);
}

function facts(rows: [CaseWord | 'class' | 'id' | 'area', string | undefined][], lang: Lang): HTMLElement {
  const named = (key: CaseWord | 'id'): string => (key === 'id' || key === 'class' || key === 'area' ? word(key, lang) : say(key, lang));
  return make('dl', {}, ...rows.filter(([, v]) => v).flatMap(([key, v]) => [make('dt', {}, named(key)), make('dd', {}, v ?? '')]));
}

/** Every clock with its colour, in words too, and when it is due. */
export function clocks(readings: Reading[], lang: Lang): HTMLElement[] {
  const rows = readings.map((r) => {
    const due = instant(r.due);
    const said = r.ended && r.colour !== 'red' ? 'ended' : r.stands ? 'stands' : r.colour;
    const row = make('li', {}, make('strong', {}, stepWord(r.step, lang)), make('span', { className: 'light' }, say(said, lang)),
      make('small', {}, due === undefined || r.ended ? `${Math.round(r.share * 100)} %` : say('due', lang, { t: stamp(due).slice(5, 16) })));
    row.dataset.light = r.ended && r.colour !== 'red' ? 'ended' : r.colour;
    row.style.setProperty('--used', String(Math.min(1, r.share)));
    return row;
  });
  return section(say('clocks', lang), 'clocks', ...(rows.length > 0 ? [make('ul', {}, ...rows)] : []));
}

/** Cameras that see the place; a click looks through one. */
export function cameras(all: { id: string; name: string }[], look: (id: string, name: string) => void, lang: Lang): HTMLElement[] {
  return section(say('sees', lang), 'cameras', ...all.map((c) => button(c.name, () => look(c.id, c.name))));
}

/** What other cases are to this one. */
type Kin = 'partOf' | 'members' | 'doubles' | 'made' | 'storm';

/** How many other cases are shown before one asks for more. */
const kinShown = 5;

/** Other cases that it belongs to, or may belong to: each a click away. */
export function kin(all: [Kin, string[] | undefined][], open: (id: string) => void, lang: Lang): HTMLElement[] {
  const buttons = all.flatMap(([as, ids]) => (ids ?? []).map((id) => button(`${say(as, lang)} ${id}`, () => open(id))));
  const more = buttons.splice(kinShown);
  const rest = more.length > 0 ? [make('details', {}, make('summary', {}, say('more', lang, { n: more.length })), ...more)] : [];
  return section(say('related', lang), 'related', ...buttons, ...rest);
}

/** The values that raised it, and what else stands there. */
export function proofs(evidence: Evidence[], { lang, phenomenon }: Names): HTMLElement[] {
  const values = evidence.filter((e) => e.kind === 'value').map((e): [string, string] => [
    phenomenon(e.name ?? e.ref).name, e.value === undefined ? '' : `${e.value} ${e.unit ?? ''}`.trim()]);
  const things = evidence.filter((e) => e.kind === 'asset').map((e) => make('li', {}, e.name ?? e.ref));
  return [
    ...section(say('values', lang), 'raising', ...(values.length > 0 ? [make('dl', {}, ...values.flatMap(([n, v]) => [make('dt', {}, n), make('dd', {}, v)]))] : [])),
    ...section(say('things', lang), 'things', ...(things.length > 0 ? [make('ul', {}, ...things)] : [])),
  ];
}

/** How many members of an alarm are shown one by one. */
const shown = 12;

export function members(a: Alarm, { lang, phenomenon }: Names): HTMLElement[] {
  const rows = a.members.slice(0, shown).flatMap((m) => [make('dt', {}, m.asset ?? m.about), make('dd', {}, condition(m, phenomenon, lang))]);
  const more = Math.max(0, a.members.length - shown) + (a.unlisted ?? 0);
  return section(say('values', lang), 'raising', make('dl', {}, ...rows), ...(more > 0 ? [make('p', { className: 'hint' }, say('unlisted', lang, { n: more }))] : []));
}

function condition(m: Member, phenomenon: Names['phenomenon'], lang: Lang): string {
  const of = m.phenomenon ? phenomenon(m.phenomenon) : { name: m.finding?.class ?? m.rule, unit: '' };
  const value = m.value === undefined ? (m.finding ? `${Math.round(m.finding.confidence * 100)} %` : '') : `${m.value} ${m.unit ?? of.unit}`.trim();
  return [of.name, value, ...(m.until ? [say('over', lang)] : [])].filter(Boolean).join(' ');
}

/** By what names the server itself acts. */
const machines = ['rules', 'suhe'];

const byWhom = (s: Step, lang: Lang): string => (machines.includes(s.by) ? say('system', lang) : s.name || s.by);

/** One step in a line: what, by whom, when. */
export function stepLine(s: Step, lang: Lang): string {
  const at = instant(s.at);
  return [verbWord(s.verb, lang), byWhom(s, lang), at === undefined ? '' : stamp(at).slice(11)].filter(Boolean).join(' ');
}

/** What happened, the newest first. */
export function timeline(steps: Step[], lang: Lang): HTMLElement[] {
  const rows = [...steps].reverse().map((s) => {
    const at = instant(s.at);
    const what = [s.unit, s.person, s.into, s.reason].filter(Boolean).join(' · ');
    const row = make('li', {}, make('strong', {}, verbWord(s.verb, lang)), make('span', {}, byWhom(s, lang)),
      make('time', { dateTime: s.at }, at === undefined ? '' : stamp(at).slice(5)), ...(what ? [make('p', {}, what)] : []));
    row.dataset.verb = s.verb;
    return row;
  });
  return section(say('timeline', lang), 'timeline', ...(rows.length > 0 ? [make('ol', {}, ...rows)] : []));
}

/** Names of one table of codes. */
export function named(all: { code: string; name: string; nameEn: string }[], code: string, lang: Lang): string {
  const is = all.find((x) => x.code === code);
  return is ? choose([is.name, is.nameEn], lang) : code;
}
