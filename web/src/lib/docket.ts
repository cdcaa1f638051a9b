/** The open alarms and incidents that somebody sees, kept live by what the stream tells of them. */
import type { WorldEvent } from './frames';
import type { LonLat } from './geo';

export type CaseKind = 'incident' | 'alarm';

/** One line of the list. severity is 1 (worst) to 4, 0 for none; light is 0 green, 1 yellow or 2 red; storm names what alarms of several areas have in common, '' nothing. */
export interface CaseRow {
  kind: CaseKind; id: string; rev: number; open: boolean; class: string; title: string; area: string; state: string;
  severity: number; light: number; storm: string; place: LonLat;
}

/** What is shown: '' for everything that is open, over for incidents that are not. */
export interface Filter { kind: CaseKind | '' | 'over'; state: string }

const layers: Record<string, CaseKind> = { incidents: 'incident', alarms: 'alarm' };

/** What the things of a layer are, if they are cases. */
export function kindOf(layer: string): CaseKind | undefined {
  return Object.hasOwn(layers, layer) ? layers[layer] : undefined;
}

export class Docket {
  /** Of what is over the last is kept until a list that was asked for later comes: an answer on its way may have it open. */
  private readonly rows = new Map<string, { row: CaseRow; turn: number }>();
  private readonly filled = new Set<CaseKind>();
  private turn = 0;

  /** Notes that a list is asked for; fill takes its answer with the turn. */
  begin(): number {
    return ++this.turn;
  }

  /** Takes a list of all that are open of a kind; what came by events since it was asked for is newer. Returns what nobody here knew of. */
  fill(kind: CaseKind, list: CaseRow[], turn: number): CaseRow[] {
    const first = !this.filled.has(kind);
    this.filled.add(kind);
    const listed = new Set(list.map((r) => r.id));
    for (const [id, { row, turn: last }] of this.rows) if (row.kind === kind && !listed.has(id) && last < turn) this.rows.delete(id);
    const news = list.filter((r) => !this.rows.has(r.id));
    for (const row of list) {
      const was = this.rows.get(row.id);
      if (!was || was.row.rev < row.rev) this.rows.set(row.id, { row, turn });
    }
    return first ? [] : news;
  }

  /** Takes a step of a case; nothing of one that is not newer than what is known. fresh: it was not open here before. */
  take(e: WorldEvent): { row: CaseRow; fresh: boolean } | undefined {
    const kind = kindOf(e.layer);
    if (!kind || !e.case) return undefined;
    const { rev, open, class: of, name, area, state, severity, light, storm, lon, lat } = e.case;
    const was = this.rows.get(e.id)?.row;
    if (was && was.rev >= rev) return undefined;
    const row: CaseRow = { kind, id: e.id, rev, open, class: of, title: name, area, state, severity, light, storm, place: [lon, lat] };
    this.rows.set(e.id, { row, turn: this.turn });
    return { row, fresh: open && !was?.open };
  }

  /** All that are open, worst first. */
  open(): CaseRow[] {
    return [...this.rows.values()].map((r) => r.row).filter((r) => r.open).sort(worstFirst);
  }
}

/** Of the alarms of a storm that are open the oldest stands for all: what is listed, and what each stands for beside itself. */
export function folded(open: CaseRow[]): { rows: CaseRow[]; parts(r: CaseRow): CaseRow[] } {
  const storms = new Map<string, CaseRow[]>();
  for (const r of open) if (r.storm !== '') storms.set(r.storm, [...(storms.get(r.storm) ?? []), r]);
  for (const storm of storms.values()) storm.sort((a, b) => (a.id < b.id ? -1 : 1));
  const of = (r: CaseRow): CaseRow[] => storms.get(r.storm) ?? [r];
  return { rows: open.filter((r) => of(r)[0] === r), parts: (r) => of(r).filter((o) => o !== r) };
}

/** Severity, then the light, then incidents before alarms, then the newest number. */
export function worstFirst(a: CaseRow, b: CaseRow): number {
  const rank = (r: CaseRow): number => r.severity || 5;
  return rank(a) - rank(b) || b.light - a.light || (a.kind === b.kind ? 0 : a.kind === 'incident' ? -1 : 1) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

export function passes(f: Filter, r: CaseRow): boolean {
  return (f.kind === '' ? r.open : f.kind === 'over' ? !r.open : r.open && f.kind === r.kind) && (f.state === '' || f.state === r.state);
}

/** Whether it makes itself seen: an incident that is 特别重大 or 重大. */
export function urgent(r: CaseRow): boolean {
  return r.kind === 'incident' && r.open && (r.severity === 1 || r.severity === 2);
}
