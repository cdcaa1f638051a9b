/** The strip map (直线图): the creek drawn straight by chainage, with the water's level, incidents, and who is on duty. */
import type { CaseRow } from '../lib/docket';
import type { Live } from '../lib/frames';
import { choose, type Lang } from '../lib/i18n';
import type { Course } from './course';
import { scaleOf, StripLayout, wide, type StripFacts } from './strip';
import { tell } from './words';
import type { Gauges } from './water';

const space = 'http://www.w3.org/2000/svg';

/** The scale of levels is never finer, in metres. */
const least = 1;

function draw(tag: string, attributes: Record<string, string | number>, text = ''): SVGElement {
  const e = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, String(value));
  if (text !== '') e.textContent = text;
  return e;
}

/** What changes by the second; at is the chainage that the scene looks at. */
export interface StripNow { gauges: Gauges; open: CaseRow[]; movers: Live[]; at: number }

export class StripView {
  private readonly still = draw('g', {});
  private readonly living = draw('g', {});
  private layout: StripLayout;
  private lang: Lang = 'zh';

  constructor(private readonly svg: SVGSVGElement, private readonly facts: StripFacts, private readonly course: Course) {
    svg.append(this.still, this.living);
    this.layout = this.measured();
    new ResizeObserver(() => this.lay(this.lang)).observe(svg);
  }

  /** Draws what lasts, for the room that there is. */
  lay(lang: Lang): void {
    this.lang = lang;
    this.layout = this.measured();
    const { room, rows } = this.layout;
    this.svg.setAttribute('viewBox', `0 0 ${room.width} ${room.height}`);
    this.svg.setAttribute('aria-label', tell('stripSaid', lang));
    const [from, to] = [this.layout.x(this.facts.from), this.layout.x(this.facts.to)];
    this.still.replaceChildren(
      draw('rect', { class: 'creek', x: from, y: rows.top, width: to - from, height: rows.bottom - rows.top }),
      draw('line', { class: 'bank', x1: from, x2: to, y1: rows.top, y2: rows.top }), draw('line', { class: 'bank', x1: from, x2: to, y1: rows.bottom, y2: rows.bottom }),
      ...this.bridges(lang), ...(['left', 'right'] as const).flatMap((bank) => this.areas(bank)),
      ...this.layout.ticks().map((c) => draw('text', { class: 'tick', x: this.layout.x(c), y: rows.scale }, `K${c / 1000}`)),
    );
  }

  show({ gauges, open, movers, at }: StripNow): void {
    const { layout } = this;
    const { rows, room: { letter } } = layout;
    const [low, high] = scaleOf(gauges.map((g) => g[1]), least);
    const line = gauges.map(([c, v]) => `${layout.x(c).toFixed(1)},${layout.y(v, low, high).toFixed(1)}`);
    const ends = gauges.length > 0 ? [`${layout.x(gauges[0]![0])},${rows.bottom}`, `${layout.x(gauges.at(-1)![0])},${rows.bottom}`] : [];
    const values = layout.fitting(highestFirst(gauges).map(([chainage, v]) => ({ chainage, text: v.toFixed(2), of: v })));
    this.living.replaceChildren(
      ...(line.length > 1 ? [draw('polygon', { class: 'water', points: [ends[0], ...line, ends[1]].join(' ') }), draw('polyline', { class: 'level', points: line.join(' ') })] : []),
      ...values.map(({ x, text }) => draw('text', { class: 'value', x, y: rows.bottom - letter * 0.35 }, text)),
      draw('line', { class: 'here', x1: layout.x(at), x2: layout.x(at), y1: rows.top - letter * 0.3, y2: rows.bottom + letter * 0.3 }),
      ...movers.map((o) => {
        const { chainage, bank } = this.course.foot([o.lon, o.lat]);
        return draw('circle', { class: 'mover', 'data-class': o.class, cx: layout.x(chainage), cy: o.class === 'mover.boat' ? (rows.top + rows.bottom) / 2 : bank === 'left' ? rows.top : rows.bottom, r: letter * 0.22 });
      }),
      ...[...open].reverse().map((r) => this.trouble(r)),
    );
  }

  /** A flag on the bank where trouble is: an incident's is filled. */
  private trouble(r: CaseRow): SVGElement {
    const { rows, room: { letter } } = this.layout;
    const { chainage, bank } = this.course.foot(r.place);
    const [x, y, s] = [this.layout.x(chainage), bank === 'left' ? rows.top : rows.bottom, letter * (r.kind === 'incident' ? 0.5 : 0.34)];
    return draw('path', { class: 'flag', 'data-id': r.id, 'data-kind': r.kind, 'data-severity': r.severity, d: `M${x - s},${y}L${x},${y - s}L${x + s},${y}L${x},${y + s}Z` });
  }

  private bridges(lang: Lang): SVGElement[] {
    const { rows } = this.layout;
    const all = this.facts.marks.flatMap((m) => (m.kind === 'bridge' && m.chainage !== undefined ? [{ chainage: m.chainage, text: short(choose([m.name ?? m.id, m.nameEn || m.name || m.id], lang)), of: m.id }] : []));
    return [
      ...all.map(({ chainage }) => draw('line', { class: 'bridge', x1: this.layout.x(chainage), x2: this.layout.x(chainage), y1: rows.top, y2: rows.bottom })),
      ...this.layout.fitting(all).map(({ x, text }) => draw('text', { class: 'bridge', x, y: rows.names }, text)),
    ];
  }

  /** Names of areas that have room, and where one ends. */
  private areas(bank: 'left' | 'right'): SVGElement[] {
    const { rows, room: { letter } } = this.layout;
    const y = bank === 'left' ? rows.left : rows.right;
    return this.facts.areas.filter((a) => a.bank === bank).flatMap((a) => {
      const [from, to] = [this.layout.x(a.from), this.layout.x(a.to)];
      const edge = draw('line', { class: 'edge', x1: to, x2: to, y1: bank === 'left' ? rows.left - letter * 0.8 : rows.bottom, y2: bank === 'left' ? rows.top : rows.right });
      return wide(a.name) * letter < to - from ? [edge, draw('text', { class: 'area', x: (from + to) / 2, y }, a.name)] : [edge];
    });
  }

  private measured(): StripLayout {
    const { clientWidth: width, clientHeight: height } = this.svg;
    return new StripLayout([this.facts.from, this.facts.to], { width: Math.max(200, width), height: Math.max(60, height), letter: parseFloat(getComputedStyle(this.svg).fontSize) });
  }
}

/** Names have what is in brackets left out. */
function short(name: string): string {
  return name.replace(/[(（].*?[)）]/g, '').trim();
}

/** The gauges whose values are told: the highest, and of each stretch between one. */
function highestFirst(gauges: Gauges): (readonly [number, number])[] {
  const highest = gauges.reduce<readonly [number, number] | undefined>((a, b) => (a && a[1] >= b[1] ? a : b), undefined);
  return gauges.filter((g, i) => g === highest || i % 6 === 3 && Math.abs(g[0] - highest![0]) > 900);
}
