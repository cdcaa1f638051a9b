/** When people work, by which clocks of incidents count, and what a limit means by it. */
import { ask } from '../lib/ask';
import type { Answers } from '../lib/contract';
import { make } from '../lib/dom';
import { choose, type Lang } from '../lib/i18n';
import { day, instant, stamp } from '../lib/time';
import { field, Frame, type Desk } from './desk';
import { monthOf, type Calendar as Days, type Day } from './month';
import { listed } from './rights';

const units = ['workingHours', 'workingDays', 'hours'] as const;

const weekdays: readonly (readonly [string, string])[] = [['一', 'Mo'], ['二', 'Tu'], ['三', 'We'], ['四', 'Th'], ['五', 'Fr'], ['六', 'Sa'], ['日', 'Su']];

export class Calendar implements Desk {
  private readonly frame: Frame;
  private readonly form = make('form', { className: 'filters' });
  private readonly due = make('p', { className: 'due' });
  private readonly about = make('div', { className: 'about' });
  private readonly months = make('div', { className: 'months' });
  private readonly year = make('select');
  private calendar: Days | undefined;

  constructor(private readonly lang: () => Lang) {
    this.frame = new Frame('calendar', lang);
    this.due.setAttribute('role', 'status');
    this.frame.tools.append(this.year);
    this.frame.body.append(make('section', { className: 'calculator' }, this.form, this.due), this.months, this.about);
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.frame.try(() => this.ask());
    });
    this.year.addEventListener('change', () => this.draw());
    void this.frame.try(async () => {
      const is = await ask<Days>('/v1/calendar');
      const now = Number(stamp(Date.now()).slice(0, 4));
      this.calendar = is;
      const all = [...new Set([...is.years, now])].sort();
      this.year.replaceChildren(...all.map((y) => make('option', { value: String(y), selected: y === now }, String(y))));
      this.draw();
    });
  }

  get root(): HTMLElement {
    return this.frame.root;
  }

  speak(): void {
    const { frame } = this;
    frame.speak();
    const given = new FormData(this.form);
    const was = (name: string, otherwise: string): string => given.get(name)?.toString() ?? otherwise;
    this.year.ariaLabel = frame.word('year');
    this.form.replaceChildren(
      field(frame.word('began'), make('input', { type: 'datetime-local', name: 'from', required: true, value: was('from', stamp(Date.now()).slice(0, 16).replace(' ', 'T')) })),
      field(frame.word('limit'), make('input', { type: 'number', name: 'n', required: true, min: '0', max: '1000', step: 'any', value: was('n', '8') })),
      field(frame.word('unitOf'), make('select', { name: 'unit' }, ...units.map((u) => make('option', { value: u, selected: u === was('unit', 'workingHours') }, frame.word(`unit_${u}`))))),
      make('button', { type: 'submit', className: 'primary' }, frame.word('whenDue')));
    this.due.textContent = '';
    this.draw();
  }

  /** Asks when a clock of the limit would be past due; times are given in Shanghai's. */
  private async ask(): Promise<void> {
    const given = new FormData(this.form);
    const q = new URLSearchParams({ n: String(given.get('n')), unit: String(given.get('unit')), from: `${String(given.get('from')).slice(0, 16)}:00+08:00` });
    const { due, known } = await ask<Answers['GET /v1/calendar/due']>(`/v1/calendar/due?${q}`);
    const at = instant(due);
    this.due.textContent = at === undefined ? this.frame.word('neverDue') : `${this.frame.word('dueAt')} ${day(at, this.lang())} ${stamp(at).slice(11, 16)}${known ? '' : ` — ${this.frame.word('yearUnknown')}`}`;
  }

  private draw(): void {
    const { calendar, frame } = this;
    if (!calendar) return;
    const year = Number(this.year.value);
    this.months.replaceChildren(...Array.from({ length: 12 }, (_, m) => this.month(year, m + 1, calendar)));
    const legend = (['work', 'holiday', 'shifted', 'weekend'] as const).map((k) => make('span', { className: `day ${k}` }, frame.word(`day_${k}`)));
    this.about.replaceChildren(
      make('p', { className: 'legend' }, ...legend), ...(calendar.years.includes(year) ? [] : [make('p', { className: 'wrong' }, frame.word('yearUnknown'))]),
      make('p', {}, `${frame.word('hoursOfWork')} ${listed(calendar.hours, this.lang())} · ${calendar.zone} · ${calendar.edition}`),
      ...(calendar.note ? [make('p', { className: 'hint' }, calendar.note)] : []), make('p', { className: 'hint' }, frame.word('calendarHint')));
  }

  private month(year: number, month: number, { days }: Days): HTMLElement {
    const lang = this.lang();
    const name = new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', { month: 'long', timeZone: 'UTC' }).format(Date.UTC(year, month - 1, 1));
    return make('table', { className: 'month' }, make('caption', {}, name),
      make('thead', {}, make('tr', {}, ...weekdays.map((w) => make('th', { scope: 'col' }, choose(w, lang))))),
      make('tbody', {}, ...monthOf(year, month, days).map((week) => make('tr', {}, ...week.map((d) => (d ? this.day(d) : make('td')))))));
  }

  private day(d: Day): HTMLElement {
    const kind = d.kind === 'holiday' || d.kind === 'shifted' ? make('small', {}, d.kind === 'holiday' ? this.frame.word('mark_holiday') : this.frame.word('mark_shifted')) : '';
    const cell = make('td', { className: `day ${d.kind}`, title: `${d.date} ${d.name || this.frame.word(`day_${d.kind}`)}` }, String(d.day), kind);
    cell.dataset.date = d.date;
    return cell;
  }
}
