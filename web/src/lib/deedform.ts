/** Asks for what a verb is given: why, to whom, how much; one dialog for all verbs. */
import type { Advice, Ask, Incident } from './cases';
import { fieldsOf, type Field } from './deeds';
import { button, make } from './dom';
import { word, type Lang } from './i18n';
import { say, severityWord, verbWord } from './casewords';

/** What the form knows of the case that something is done with. */
export interface About { title: string; severity: number; incident?: Incident | undefined; advice?: Advice | undefined }

/** The longest reason, in characters, that the server takes with every verb. */
const longest = 500;

type Part = { rows: HTMLElement[]; read(data: FormData): Ask };

export class DeedForm {
  private readonly dialog = make('dialog', { id: 'deed', className: 'deed' });
  private answered: ((given: Ask | undefined) => void) | undefined;

  constructor(private readonly lang: () => Lang) {
    document.body.append(this.dialog);
    this.dialog.addEventListener('close', () => { if (!this.dialog.open) this.answer(undefined); });
  }

  /** What is given with the verb; undefined if it is not to be done. A verb that is given nothing is not asked about. */
  async ask(verb: string, about: About): Promise<Ask | undefined> {
    const fields = fieldsOf(verb);
    if (fields.length === 0) return {};
    this.answer(undefined);
    this.draw(verb, fields, about);
    this.dialog.showModal();
    this.dialog.querySelector<HTMLElement>('input, textarea, select')?.focus();
    return new Promise((answered) => { this.answered = answered; });
  }

  private answer(given: Ask | undefined): void {
    const { answered } = this;
    this.answered = undefined;
    answered?.(given);
    if (given) this.dialog.close();
  }

  private draw(verb: string, fields: Field[], about: About): void {
    const lang = this.lang();
    const parts = fields.map((f) => part(f, about, lang));
    const form = make('form', { method: 'dialog' },
      make('h2', { id: 'deed-title' }, `${verbWord(verb, lang)} · ${about.title}`), ...parts.flatMap((p) => p.rows),
      make('div', { className: 'ways' }, button(word('cancel', lang), () => this.dialog.close()), make('button', { type: 'submit', className: 'primary' }, say('ok', lang))));
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      const data = new FormData(form);
      this.answer(Object.assign({}, ...parts.map((p) => p.read(data))) as Ask);
    });
    this.dialog.setAttribute('aria-labelledby', 'deed-title');
    this.dialog.replaceChildren(form);
  }
}

const text = (data: FormData, name: string): string => data.get(name)?.toString().trim() ?? '';

/** What is left out is not sent. */
const given = <K extends keyof Ask>(key: K, value: Ask[K] | '' | undefined): Ask => (value ? { [key]: value } : {});

function part(f: Field, about: About, lang: Lang): Part {
  switch (f) {
    case 'reason':
    case 'reasonIfAny':
      return words(f === 'reason', lang);
    case 'to':
      return to(about.advice, lang);
    case 'severity':
      return choice('severity', say('severity', lang), [1, 2, 3, 4].map((n) => [String(n), severityWord(n, lang)]), String(about.severity),
        (v) => given('severity', Number(v) === about.severity ? undefined : Number(v)));
    case 'into':
      return into(about.incident?.doubles ?? [], lang);
    case 'extra':
      return extra(about.incident, lang);
    case 'grant':
      return choice('grant', asking(about.incident, lang), [['yes', say('grant', lang)], ['no', say('deny', lang)]], 'yes', (v) => given('no', v === 'no'));
    case 'lift':
      return lift(about.incident, lang);
    case 'satisfaction':
      return choice('satisfaction', say('satisfaction', lang), [...[5, 4, 3, 2, 1].map((n): [string, string] => [String(n), '★'.repeat(n)]), ['0', say('notAsked', lang)]], '5',
        (v) => given('satisfaction', Number(v)));
    case 'until':
      return line('minutes', say('until', lang), { type: 'number', min: '1', max: '10080', value: '60' }, (v) => given('minutes', Number(v)));
  }
}

function words(must: boolean, lang: Lang): Part {
  const box = make('textarea', { id: 'deed-reason', name: 'reason', rows: 3, maxLength: longest, required: must });
  const label = make('label', { htmlFor: box.id }, say(must ? 'reason' : 'remark', lang));
  // A reason of blanks is none.
  const judge = (): void => box.setCustomValidity(must && box.value.trim() === '' ? say('reason', lang) : '');
  box.addEventListener('input', judge);
  judge();
  return { rows: [make('div', { className: 'field' }, label, box)], read: (d) => given('reason', text(d, 'reason')) };
}

function line(name: string, label: string, more: Partial<HTMLInputElement>, read: (v: string) => Ask): Part {
  const box = make('input', { id: `deed-${name}`, name, required: true, maxLength: 64, autocomplete: 'off', ...more });
  return { rows: [make('div', { className: 'field' }, make('label', { htmlFor: box.id }, label), box)], read: (d) => read(text(d, name)) };
}

function choice(name: string, label: string, all: [string, string][], chosen: string, read: (v: string) => Ask): Part {
  const rows = all.map(([value, said]) => radio(name, value, said, value === chosen));
  return { rows: [make('fieldset', {}, make('legend', {}, label), ...rows)], read: (d) => read(text(d, name)) };
}

function radio(name: string, value: string, said: string, checked: boolean, small = ''): HTMLElement {
  return make('label', { className: 'choice' }, make('input', { type: 'radio', name, value, checked, required: true }), make('span', {}, said), ...(small ? [make('small', {}, small)] : []));
}

/** The number of another incident; those that may be the same are offered. */
function into(doubles: { id: string; title: string; distance: number }[], lang: Lang): Part {
  const is = line('into', say('into', lang), { value: doubles[0]?.id ?? '' }, (v) => given('into', v));
  is.rows[0]?.querySelector('input')?.setAttribute('list', 'deed-doubles');
  const offers = doubles.map((d) => make('option', { value: d.id }, `${d.title} · ${say('metres', lang, { n: Math.round(d.distance) })}`));
  return { ...is, rows: [...is.rows, make('datalist', { id: 'deed-doubles' }, ...offers)] };
}

/** A unit, a person, or another unit by its name. */
function to(advice: Advice | undefined, lang: Lang): Part {
  const known = (key: string): key is 'owner' | 'area' | 'class' => ['owner', 'area', 'class'].includes(key);
  const units = (advice?.units ?? []).map((u, i) => radio('to', `unit:${u.unit}`, u.unit, i === 0,
    [known(u.why) ? say(u.why, lang) : u.why, say('load', lang, { n: u.load })].join(' · ')));
  const people = (advice?.people ?? []).map((p) => radio('to', `person:${p.person}`, p.name || p.person, false,
    [p.unit, say('metres', lang, { n: Math.round(p.distance) }), say('load', lang, { n: p.load })].filter(Boolean).join(' · ')));
  const other = make('input', { name: 'other', maxLength: 40, autocomplete: 'off' });
  other.setAttribute('aria-label', say('otherUnit', lang));
  const own = make('label', { className: 'choice' }, make('input', { type: 'radio', name: 'to', value: 'other', checked: units.length === 0, required: true }), make('span', {}, say('otherUnit', lang)));
  const judge = (): void => {
    other.required = own.querySelector('input')?.checked === true;
    other.disabled = !other.required;
  };
  const set = make('fieldset', { className: 'to' }, make('legend', {}, say('to', lang)), ...units,
    ...(people.length > 0 ? people : [make('p', { className: 'hint' }, say('nobody', lang))]), own, other);
  set.addEventListener('change', judge);
  judge();
  return {
    rows: [set],
    read: (d) => {
      const [key, ...rest] = text(d, 'to').split(':');
      if (key === 'other') return given('unit', text(d, 'other'));
      const name = rest.join(':');
      if (key === 'unit') return given('unit', name);
      return { person: name, ...given('unit', advice?.people.find((p) => p.person === name)?.unit) };
    },
  };
}

/** More of the time in the unit that handling is counted in. */
function extra(i: Incident | undefined, lang: Lang): Part {
  const limit = i?.terms.limits.handle ?? { n: 1, unit: 'hours' as const };
  return line('extra', `${say('extra', lang)} · ${say(limit.unit, lang)}`, { type: 'number', min: '0.5', max: String(limit.n), step: '0.5', value: String(Math.min(1, limit.n)) },
    (v) => ({ extra: { n: Number(v), unit: limit.unit } }));
}

/** The time that is asked for. */
function asking(i: Incident | undefined, lang: Lang): string {
  const more = i?.extension?.extra;
  return more ? `${say('extra', lang)} · ${more.n} ${say(more.unit, lang)}` : say('extra', lang);
}

/** Supervision that is on may be ended. */
function lift(i: Incident | undefined, lang: Lang): Part {
  if (!i?.task?.supervised) return { rows: [], read: () => ({}) };
  const box = make('input', { type: 'checkbox', name: 'no' });
  return { rows: [make('label', { className: 'choice' }, box, say('lift', lang))], read: (d) => given('no', d.has('no')) };
}
