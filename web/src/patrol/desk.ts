/** What all panes share: what is known, how to get there, and what is done about it. */
import type { Named, Tables } from '../lib/api';
import type { Bankway, Way } from '../lib/bankway';
import { offered } from '../lib/deeds';
import { foreseen, next, owed, type Owed, type Task } from '../lib/duty';
import { distance, type Box, type LonLat } from '../lib/geo';
import { choose, type Lang } from '../lib/i18n';
import type { Deed, Outbox, Work } from '../lib/outbox';
import { fit } from '../lib/pieces';
import { may, type Me } from '../lib/session';
import type { PhoneShelf } from '../lib/shelf';
import type { Book } from './book';
import type { Here } from './here';
import type { Shift } from './shift';

/** What hardly ever changes: names of codes, and where the creek is. */
export interface Names { events: Named[]; tables: Tables; bounds: Box }

/** Until the server has said where the creek is. */
const usual: Box = [121.34, 31.21, 121.46, 31.265];

export class Desk {
  banks: Bankway | undefined;
  names: Names = { events: [], tables: { edition: '', classes: [], phenomena: [], findings: [] }, bounds: usual };
  private readonly ways = new Map<string, { from: LonLat; way: Way }>();

  constructor(
    readonly who: Me, readonly shelf: PhoneShelf, readonly book: Book, readonly outbox: Outbox, readonly here: Here, readonly shift: Shift,
    readonly lang: () => Lang,
  ) {}

  get handles(): boolean {
    return may(this.who, 'handle');
  }

  get reports(): boolean {
    return may(this.who, 'report');
  }

  /** What somebody has to do, as it will be when all that waits is sent. */
  owed(now: number): Owed[] {
    const all = this.book.all().map((t) => ({ ...t, state: this.state(t) }));
    return owed(all, [this.who.id, ...this.shift.movers.map((m) => m.id)], this.handles, (t) => this.wayTo(t.id, t.place)?.metres, now);
  }

  /** Verbs of an incident that are not sent yet, and were not refused. */
  private verbs(id: string): string[] {
    return this.outbox.pending(id).flatMap((d) => (d.work.kind === 'verb' && d.state !== 'refused' ? [d.work.verb] : []));
  }

  state(t: Pick<Task, 'id' | 'state'>): string {
    return foreseen(t.state, this.verbs(t.id));
  }

  /** What may be done: what the server said, or what will be possible once it has what waits. */
  may(id: string): string[] {
    const page = this.book.page(id);
    const row = this.book.row(id);
    const waiting = this.verbs(id);
    if (page && waiting.length === 0 && (!row || row.rev <= page.incident.rev)) return offered(page.incident);
    const mine = row && (!row.person || this.isMe(row.person));
    return row && mine && this.handles ? next(foreseen(row.state, waiting)) : [];
  }

  isMe(person: string | undefined): boolean {
    return person !== undefined && (person === this.who.id || this.shift.movers.some((m) => m.id === person));
  }

  /** The way to a place; nothing while nobody knows where the phone is. Reckoned anew when it has moved. */
  wayTo(id: string, place: LonLat): Way | undefined {
    const { at } = this.here;
    if (!at) return undefined;
    const known = this.ways.get(id);
    if (known && distance(known.from, at) < 5) return known.way;
    const way = this.banks ? this.banks.way(at, place) : { metres: distance(at, place), line: [at, place], bridges: [], first: 0 };
    if (this.banks) this.ways.set(id, { from: at, way });
    return way;
  }

  /** The middle of the creek: where one is taken to be while nobody knows. */
  get middle(): LonLat {
    const [west, south, east, north] = this.names.bounds;
    return [(west + east) / 2, (south + north) / 2];
  }

  className(code: string): string {
    const is = [...this.names.events, ...this.names.tables.classes].find((c) => c.code === code);
    return is ? choose([is.name, is.nameEn], this.lang()) : code;
  }

  /** Does something with an incident: kept at once, sent when it can be. */
  act(about: string, title: string, verb: string, given: Record<string, unknown> = {}): Promise<void> {
    const { at } = this.here;
    return this.add(about, title, { kind: 'verb', verb, given: { ...given, ...(at ? { place: at } : {}) } });
  }

  /** Keeps a photo, and sends it when it can be. */
  async photo(about: string, title: string, file: File, when: 'before' | 'after'): Promise<void> {
    const fitted = await fit(file, Math.min(file.lastModified || Date.now(), Date.now()), this.here.at);
    const key = crypto.randomUUID();
    await this.shelf.keepPhoto(key, fitted);
    await this.outbox.add({ key, about, title, work: { kind: 'photo', name: `${key.slice(0, 8)}.jpg`, type: fitted.type, when, size: fitted.size, sent: 0 } });
  }

  /** Reports new trouble, with photos. */
  async report(of: string, place: LonLat, text: string, photos: File[]): Promise<void> {
    const key = crypto.randomUUID();
    const name = this.names.events.find((c) => c.code === of)?.name ?? of;
    await this.outbox.add({ key, about: key, title: this.className(of), work: { kind: 'new', class: of, title: name, text, place, address: '' } });
    for (const p of photos) await this.photo(key, this.className(of), p, 'before');
  }

  private add(about: string, title: string, work: Work): Promise<void> {
    return this.outbox.add({ key: crypto.randomUUID(), about, title, work });
  }

  /** The photos of an incident that are not sent yet. */
  unsent(id: string, when: 'before' | 'after'): Deed[] {
    return this.outbox.pending(id).filter((d) => d.work.kind === 'photo' && d.work.when === when);
  }
}
