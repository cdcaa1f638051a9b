/** Keeps what only the lists tell of cases as new as the cases: a few that changed are asked for one by one, of many the list. */
import * as cases from '../lib/cases';
import type { CaseKind, CaseRow } from '../lib/docket';
import { throttled } from '../lib/throttle';
import { moreOfAlarm, moreOfIncident, moreOfListed, type More } from './entry';

/** How often is asked at most while cases change, in milliseconds. */
const every = 400;

/** So many are asked for one by one; of more the list is asked for. */
const few = 6;

export class Details {
  private readonly known = new Map<string, More>();
  private readonly wanted = new Map<string, CaseRow>();
  private readonly soon = throttled(() => void this.fetch(), every);
  private asking = false;

  /** learned is called when something has come; listed asks for the whole list of a kind. */
  constructor(private readonly learned: () => void, private readonly listed: (kind: CaseKind) => Promise<void>) {}

  of(id: string): More | undefined {
    return this.known.get(id);
  }

  takeListed(incidents: cases.ListedFully[], alarms: cases.ListedAlarm[]): void {
    for (const i of incidents) this.take(i.id, moreOfListed(i));
    for (const a of alarms) this.take(a.id, moreOfAlarm(a));
  }

  takeIncident(i: cases.Incident): void {
    this.take(i.id, moreOfIncident(i));
  }

  /** The case has changed; what is over is not asked for. */
  want(row: CaseRow): void {
    if (!row.open) {
      this.wanted.delete(row.id);
      return;
    }
    // Of alarms nothing changes that the stream does not tell.
    if (row.kind === 'alarm' && this.known.has(row.id)) return;
    this.wanted.set(row.id, row);
    this.soon();
  }

  private take(id: string, more: More): void {
    const was = this.known.get(id);
    if (!was || was.rev <= more.rev) this.known.set(id, more);
    if ((this.wanted.get(id)?.rev ?? Infinity) <= more.rev) this.wanted.delete(id);
  }

  private async fetch(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const now = [...this.wanted.values()];
    this.wanted.clear();
    try {
      if (now.length > few) await Promise.all([...new Set(now.map((r) => r.kind))].map((kind) => this.listed(kind)));
      else await Promise.all(now.map((r) => this.one(r)));
    } finally {
      this.asking = false;
    }
    this.learned();
    if (this.wanted.size > 0) this.soon();
  }

  /** What is seen no more, or not told now, stays as it was known. */
  private async one({ kind, id }: CaseRow): Promise<void> {
    await (kind === 'incident' ? cases.incident(id).then((i) => this.take(id, moreOfIncident(i))) : cases.alarm(id).then((a) => this.take(id, moreOfAlarm(a)))).catch(() => undefined);
  }
}
