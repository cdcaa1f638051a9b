/** What the phone knows of incidents: told by the server, kept for when there is none, and never older than what an event said. */
import { incident as ask, steps as askSteps, type Incident, type Reading, type Step } from '../lib/cases';
import { ask as get } from '../lib/ask';
import type { Task } from '../lib/duty';
import type { WorldEvent } from '../lib/frames';
import { Offline, Problem } from '../lib/problem';
import type { PhoneShelf } from '../lib/shelf';
import { throttled } from '../lib/throttle';

export interface Page { incident: Incident; steps: Step[] }

interface Kept { rows: Task[]; pages: [string, Page][]; at: number }

/** How many incidents one page of the list has. */
const atOnce = 500;

/** How many pages of incidents are kept: those that were looked at last. */
const pagesKept = 60;

export class Book {
  private readonly rows = new Map<string, Task>();
  private readonly pages = new Map<string, Page>();
  private readonly wanted = new Set<string>();
  private asking = false;
  /** When the server told the list last, Unix milliseconds; 0: never. */
  at = 0;
  private readonly save = throttled(() => void this.shelf.keep('book', this.kept()).catch(() => undefined), 1000);
  private readonly soon = throttled(() => void this.fetchWanted(), 300);

  constructor(private readonly shelf: PhoneShelf, private readonly changed: () => void) {}

  /** Reads what is kept. */
  async open(): Promise<void> {
    const kept = await this.shelf.kept<Kept>('book');
    if (!kept) return;
    for (const r of kept.rows) this.rows.set(r.id, r);
    for (const [id, p] of kept.pages) this.pages.set(id, p);
    this.at = kept.at;
    this.changed();
  }

  /** All that are open. */
  all(): Task[] {
    return [...this.rows.values()];
  }

  row(id: string): Task | undefined {
    return this.rows.get(id);
  }

  page(id: string): Page | undefined {
    return this.pages.get(id);
  }

  /** Asks for all that are open; what came by events meanwhile is newer. */
  async fill(): Promise<void> {
    const all: Task[] = [];
    const before = new Map([...this.rows].map(([id, r]) => [id, r.rev]));
    for (let next: string | undefined = `/v1/incidents?open=true&limit=${atOnce}`; next;) {
      const answer: { incidents: Task[]; next?: string } = await get(next);
      all.push(...answer.incidents);
      next = answer.next;
    }
    const listed = new Set(all.map((r) => r.id));
    for (const [id, rev] of before) if (!listed.has(id) && this.rows.get(id)?.rev === rev) this.rows.delete(id);
    for (const r of all) if ((this.rows.get(r.id)?.rev ?? -1) <= r.rev) this.rows.set(r.id, r);
    for (const [id, p] of this.pages) if (this.rows.has(id) && this.rows.get(id)!.rev > p.incident.rev) this.want(id);
    this.at = Date.now();
    this.touched();
  }

  /** Takes steps of incidents as they come. Who has it a step does not say: that is asked. */
  take(events: WorldEvent[]): void {
    for (const { id, layer, case: c } of events) {
      if (layer !== 'incidents' || !c) continue;
      const was = this.rows.get(id);
      if (was && was.rev >= c.rev) continue;
      if (!c.open) this.rows.delete(id);
      else this.rows.set(id, { ...was, id, rev: c.rev, state: c.state, class: c.class, title: c.name, area: c.area, severity: c.severity, place: [c.lon, c.lat] });
      if (c.open || this.pages.has(id)) this.want(id);
    }
    if (events.length > 0) this.touched();
  }

  /** Asks for an incident soon. */
  want(id: string): void {
    this.wanted.add(id);
    this.soon();
  }

  /** Asks for an incident; gives what is known if there is no answer. */
  async look(id: string): Promise<Page | undefined> {
    try {
      const [incident, steps] = await Promise.all([ask(id), askSteps('incident', id)]);
      const was = this.pages.get(id);
      if (was && was.incident.rev > incident.rev) return was;
      this.pages.delete(id); // the last looked at is the last in order
      this.pages.set(id, { incident, steps });
      for (const old of this.pages.keys()) {
        if (this.pages.size <= pagesKept) break;
        this.pages.delete(old);
      }
      this.note(incident);
    } catch (e) {
      if (e instanceof Problem && e.status === 404) {
        this.rows.delete(id);
        this.pages.delete(id);
      } else if (!(e instanceof Offline || e instanceof Problem)) throw e;
    }
    this.touched();
    return this.pages.get(id);
  }

  /** One after the other: on a weak network each is soon there. */
  private async fetchWanted(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      for (const id of this.wanted) {
        this.wanted.delete(id);
        await this.look(id);
      }
    } finally {
      this.asking = false;
    }
  }

  /** The row of what is told whole. */
  private note(i: Incident): void {
    const was = this.rows.get(i.id);
    if (was && was.rev > i.rev) return;
    if (over.includes(i.state)) {
      this.rows.delete(i.id);
      return;
    }
    const { class: of, title, severity, place, area, address } = i.what;
    const clock = worst(i.readings ?? []);
    this.rows.set(i.id, {
      id: i.id, rev: i.rev, state: i.state, class: of, title, severity, place,
      ...(area ? { area } : {}), ...(address ? { address } : {}), ...(clock ? { clock } : {}),
      ...(i.task?.unit ? { unit: i.task.unit } : {}), ...(i.task?.person ? { person: i.task.person } : {}), supervised: Boolean(i.task?.supervised),
    });
  }

  private touched(): void {
    this.save();
    this.changed();
  }

  private kept(): Kept {
    return { rows: [...this.rows.values()], pages: [...this.pages], at: this.at };
  }
}

const over = ['closed', 'evaluated', 'rejected', 'merged', 'cancelled'];

/** Of the clocks that run the one of the worst colour, and of these the fullest. */
export function worst(readings: Reading[]): Reading | undefined {
  const rank = (r: Reading): number => ['green', 'yellow', 'red'].indexOf(r.colour) * 1000 + r.share;
  return readings.filter((r) => !r.ended && !r.stands).reduce<Reading | undefined>((a, b) => (a && rank(a) >= rank(b) ? a : b), undefined);
}
