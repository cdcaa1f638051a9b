/** The tab of the evaluation (问效): how incidents of a period went, by what, as a table and as bars; and who is to be called back. */
import type uPlot from 'uplot';
import { evaluation, evaluationFile, type By, type Score } from '../lib/cases';
import { channelWord, say as caseWord } from '../lib/casewords';
import { button, make, say as put } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { Problem } from '../lib/problem';
import { ink } from '../lib/theme';
import type { Entry } from './entry';
import { bounds, figure, measures, periods, total, value, type Measure, type Period } from './scores';
import { said, type DeskWord } from './words';

export interface Around {
  lang(): Lang;
  className(code: string): string;
  areaName(code: string): string;
  closed(): Promise<Entry[]>; // incidents that are closed and not yet evaluated
  open(e: Entry): void;
  mayEvaluate: boolean;
  mayExport: boolean;
}

const bys: { by: By; word: DeskWord }[] = [
  { by: 'area', word: 'byArea' }, { by: 'unit', word: 'byUnit' }, { by: 'class', word: 'byClass' }, { by: 'channel', word: 'byChannel' }, { by: 'day', word: 'byDay' }, { by: 'month', word: 'byMonth' },
];

const measureWords: Record<Measure, DeskWord> = {
  found: 'foundAll', onTime: 'onTime', returned: 'returned', reworked: 'reworked', reopened: 'reopened', firstContact: 'firstContact', satisfied: 'satisfied',
};

/** How high the bars are drawn, in pixels. */
const high = 230;

export class EvaluationTab {
  private by: By = 'area';
  private period: Period = 'last30';
  private from = '';
  private to = '';
  private measure: Measure = 'found';
  private scores: Score[] = [];
  private shown: { by: By; from: string; to: string } | undefined; // of what the scores are
  private calls: Entry[] = [];
  private turn = 0;
  private plot: uPlot | undefined;
  private encoding = 'utf-8';
  private readonly form = make('form', { className: 'asked' });
  private readonly told = make('p', { className: 'told', role: 'status' });
  private readonly chart = make('div', { className: 'chart' });
  private readonly table = make('div', { className: 'scroll', tabIndex: 0 });
  private readonly backs = make('section', { className: 'backs' });

  constructor(private readonly panel: HTMLElement, private readonly around: Around) {
    this.form.addEventListener('submit', (e) => e.preventDefault());
    this.form.addEventListener('change', () => this.asked());
    this.table.setAttribute('role', 'region');
    new ResizeObserver(() => this.plot?.setSize({ width: Math.max(320, this.chart.clientWidth), height: high })).observe(this.chart);
  }

  /** The tab is shown. */
  show(): void {
    if (this.form.childElementCount === 0) this.speak();
    void this.load();
  }

  speak(): void {
    const lang = this.around.lang();
    const choice = (name: string, label: string, all: [string, string][], now: string): HTMLElement => {
      const box = make('select', { name }, ...all.map(([v, text]) => make('option', { value: v }, text)));
      box.value = now;
      return make('label', {}, make('span', {}, label), box);
    };
    const date = (name: 'from' | 'to', label: string): HTMLElement => make('label', { hidden: this.period !== 'ownPeriod' }, make('span', {}, label), make('input', { type: 'date', name, value: this[name] }));
    this.form.replaceChildren(
      choice('by', said('by', lang), bys.map((b) => [b.by, said(b.word, lang)]), this.by),
      choice('period', said('period', lang), periods.map((p) => [p, said(p, lang)]), this.period),
      date('from', said('from', lang)), date('to', said('until', lang)),
      choice('measure', said('measure', lang), measures.map((m) => [m, said(measureWords[m], lang)]), this.measure),
      button(said('reload', lang), () => void this.load()),
      ...(this.around.mayExport ? [choice('encoding', said('encoding', lang), [['utf-8', 'UTF-8'], ['gbk', 'GBK']], this.encoding), make('a', { className: 'button', id: 'evaluation-csv', download: '', hidden: true }, said('csv', lang))] : []));
    this.panel.replaceChildren(make('header', {}, make('h2', {}, said('evaluation', lang)), this.form), this.told, this.chart, this.table, this.backs);
    this.draw();
  }

  /** The theme is another: what draws by itself is drawn again. */
  dress(): void {
    void this.bars();
  }

  private asked(): void {
    const data = new FormData(this.form);
    const text = (name: string): string => data.get(name)?.toString() ?? '';
    const [by, period, from, to] = [this.by, this.period, this.from, this.to];
    this.by = bys.find((b) => b.by === text('by'))?.by ?? 'area';
    this.period = periods.find((p) => p === text('period')) ?? 'last30';
    this.measure = measures.find((m) => m === text('measure')) ?? 'found';
    [this.from, this.to] = [text('from'), text('to')];
    this.encoding = text('encoding');
    this.link();
    for (const name of ['from', 'to']) this.form.querySelector<HTMLElement>(`[name=${name}]`)!.parentElement!.hidden = this.period !== 'ownPeriod';
    if (by === this.by && period === this.period && from === this.from && to === this.to) void this.bars();
    else void this.load();
  }

  private async load(): Promise<void> {
    const turn = ++this.turn;
    const span = bounds(this.period, Date.now(), this.from, this.to);
    if (!span) return; // a period of one's own that is not yet written
    try {
      const [{ scores }, calls] = await Promise.all([evaluation(this.by, span.from, span.to), this.around.mayEvaluate ? this.around.closed() : []]);
      if (turn !== this.turn) return;
      this.shown = { by: this.by, ...span };
      this.scores = scores;
      this.calls = calls;
      put(this.told, '');
      this.draw();
    } catch (e) {
      if (turn === this.turn) put(this.told, said('scoresAway', this.around.lang()) + (e instanceof Problem ? e.message : caseWord('away', this.around.lang())));
    }
  }

  /** What a group is called. */
  private name(group: string): string {
    const lang = this.around.lang();
    if (group === '') return this.by === 'unit' ? said('nobody', lang) : '–';
    switch (this.by) {
      case 'area':
        return this.around.areaName(group);
      case 'class':
        return this.around.className(group);
      case 'channel':
        return channelWord(group, lang);
      default:
        return group;
    }
  }

  private draw(): void {
    const lang = this.around.lang();
    const heads = [said('group', lang), ...measures.map((m) => said(measureWords[m], lang))];
    const row = (s: Score, name: string): HTMLElement => {
      const tr = make('tr', {}, make('th', { scope: 'row' }, name), ...measures.map((m) => {
        const cell = make('td', {}, figure(s, m));
        cell.dataset.measure = m;
        return cell;
      }));
      tr.dataset.group = s.group;
      return tr;
    };
    this.table.ariaLabel = said('evaluation', lang);
    this.table.replaceChildren(this.scores.length === 0 ? make('p', { className: 'hint' }, said('noScores', lang)) : make('table', {},
      make('thead', {}, make('tr', {}, ...heads.map((h) => make('th', { scope: 'col' }, h)))),
      make('tbody', {}, ...this.scores.map((s) => row(s, this.name(s.group)))),
      make('tfoot', {}, row(total(this.scores, '*'), said('sum', lang)))));
    this.link();
    this.callBacks(lang);
    void this.bars();
  }

  /** The file of what is shown, which the server makes. */
  private link(): void {
    const link = this.form.querySelector<HTMLAnchorElement>('#evaluation-csv');
    if (!link || !this.shown) return;
    link.href = evaluationFile(this.shown.by, this.shown.from, this.shown.to, this.encoding);
    link.hidden = this.scores.length === 0;
  }

  private callBacks(lang: Lang): void {
    this.backs.hidden = !this.around.mayEvaluate;
    this.backs.replaceChildren(make('h3', {}, `${said('callBacks', lang)} ${this.calls.length || ''}`.trim()), ...(this.calls.length === 0 ? [make('p', { className: 'hint' }, said('callBacksNone', lang))]
      : [make('ul', {}, ...this.calls.map((e) => {
        const b = button(said('callBack', lang), () => this.around.open(e));
        b.ariaLabel = `${said('callBack', lang)} ${e.id}`;
        return make('li', {}, make('strong', {}, e.title), make('span', {}, [this.around.className(e.class), this.around.areaName(e.area), channelWord(e.channel, lang)].filter(Boolean).join(' · ')), make('small', {}, e.id), b);
      }))]));
  }

  /** Draws the bars; the code for that is loaded when it is first needed. */
  private async bars(): Promise<void> {
    if (this.panel.hidden) return;
    const [{ default: Plot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
    const lang = this.around.lang();
    this.plot?.destroy();
    this.plot = undefined;
    this.chart.replaceChildren();
    if (this.scores.length === 0) return;
    const { measure, scores } = this;
    const group = bys.find((b) => b.by === this.by)?.word ?? 'byArea';
    const axis = { stroke: ink('dim'), grid: { stroke: ink('grid') }, ticks: { stroke: ink('grid') } };
    const names = scores.map((s) => this.name(s.group));
    const top = Math.max(1, ...scores.map((s) => value(s, measure) ?? 0));
    this.plot = new Plot({
      title: said('chart', lang, { m: said(measureWords[measure], lang) + (measure === 'found' ? '' : ' %'), g: said(group, lang) }),
      width: Math.max(320, this.chart.clientWidth), height: high, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false, range: [-0.6, scores.length - 0.4] }, y: { range: [0, measure === 'found' ? top * 1.1 : 100] } },
      series: [{}, { label: said(measureWords[measure], lang), stroke: ink('glow'), fill: ink('wash'), width: 2, ...(Plot.paths.bars ? { paths: Plot.paths.bars({ size: [0.6, 80] }) } : {}), points: { show: false } }],
      axes: [{ ...axis, grid: { show: false }, splits: () => names.map((_, i) => i), values: (_, at) => at.map((i) => short(names[i] ?? '', scores.length)) }, { ...axis, size: 52 }],
    }, [scores.map((_, i) => i), scores.map((s) => value(s, measure) ?? null)], this.chart);

  }
}

/** A name that fits below its bar. */
function short(name: string, bars: number): string {
  const most = bars > 14 ? 4 : bars > 7 ? 7 : 12;
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}
