/** What went wrong and has not been shown yet: one after another, the worst first, each for so long. */
import { distance } from '../lib/geo';
import type { CaseRow } from '../lib/docket';

/** So long each is shown, and at least so long before one that is worse takes its place, in milliseconds. */
export const shownFor = 30_000;
const atLeast = 8_000;

/** What happens so near to what was shown so short ago is the same trouble: an alarm, and the incident that it became. In metres and milliseconds. */
const same = { metres: 80, ms: 10 * 60_000 };

/** More are not waited for: the list has them all. */
const most = 20;

/** Whether the wall shows it: an incident or an alarm of the two worst grades. */
export function grave(r: CaseRow): boolean {
  return r.open && (r.severity === 1 || r.severity === 2);
}

export interface Shown { row: CaseRow; since: number; until: number }

export class Troubles {
  private readonly waiting: CaseRow[] = [];
  private recent: { row: CaseRow; at: number }[] = [];
  current: Shown | undefined;

  /** How many wait. */
  get queued(): number {
    return this.waiting.length;
  }

  /** Takes one that has just begun; now is Unix milliseconds, as for all below. Returns whether it will be shown. */
  add(row: CaseRow, now: number): boolean {
    if (!grave(row)) return false;
    this.recent = this.recent.filter((r) => now - r.at < same.ms);
    const known = this.recent.find((r) => distance(r.row.place, row.place) < same.metres);
    if (known && known.row.id !== row.id) {
      this.became(known.row, row);
      known.row = row;
      return false;
    }
    if (known) return false;
    this.recent.push({ row, at: now });
    this.waiting.push(row);
    this.waiting.sort((a, b) => a.severity - b.severity);
    this.waiting.splice(most);
    return true;
  }

  /** Takes a step of a case: one that is over is shown no more. */
  take(row: CaseRow, now: number): void {
    const i = this.waiting.findIndex((r) => r.id === row.id);
    if (i >= 0) this.waiting.splice(i, 1, ...(row.open ? [row] : []));
    if (this.current?.row.id !== row.id) return;
    this.current.row = row;
    if (!row.open) this.current.until = Math.min(this.current.until, now + 3000); // one sees that it is over
  }

  /** Puts away what is shown. */
  dismiss(): void {
    this.current = undefined;
  }

  /** What is to be shown now; undefined for the tour. */
  now(now: number): Shown | undefined {
    const worse = this.current && this.waiting[0] && this.waiting[0].severity < this.current.row.severity && now - this.current.since >= atLeast;
    if (this.current && now < this.current.until && !worse) return this.current;
    const row = this.waiting.shift();
    this.current = row && { row, since: now, until: now + shownFor };
    return this.current;
  }

  /** An alarm became an incident: it is shown as that. */
  private became(was: CaseRow, is: CaseRow): void {
    const i = this.waiting.indexOf(was);
    if (i >= 0) this.waiting[i] = is;
    else if (this.current?.row.id === was.id && is.kind === 'incident') this.current.row = is;
  }
}
