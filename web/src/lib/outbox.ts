/**
 * What somebody did and the server has not been told yet: kept, sent in order and once,
 * whatever the network does. Deeds of one incident go one after the other; one that is
 * refused holds back those behind it, until it is tried again or dropped.
 */
import { delay } from './backoff';
import { Offline, Problem } from './problem';

/** What is sent. */
export type Work =
  | { kind: 'new'; class: string; title: string; text: string; place: [number, number]; address: string } // an incident that is found
  | { kind: 'verb'; verb: string; given: Record<string, unknown> }
  | { kind: 'photo'; name: string; type: string; when: 'before' | 'after'; size: number; sent: number }; // its bytes lie beside it

export interface Deed {
  key: string; // the client's id: the Idempotency-Key, and the name of the upload
  seq: number; // order in which it was done
  by: string; // whose it is: it is never sent as somebody else
  about: string; // the incident, or the key of the deed that makes it
  title: string; // of the incident, to be read without it
  at: number; // when it was done, Unix milliseconds
  work: Work;
  state: 'waiting' | 'sending' | 'refused' | 'done';
  tries: number; // that had no answer
  incident?: string; // the number of the incident, once it is known
  status?: number; // refused: why
  why?: string;
  ended?: number; // when it was done or refused, Unix milliseconds
}

/** Where deeds are kept; each call is durable when it resolves. */
export interface Shelf {
  deeds(): Promise<Deed[]>;
  put(deed: Deed): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Sends one deed: gives the number of its incident. Throws Offline, Problem. progress is told how much of a photo is there. */
export type Courier = (deed: Deed, incident: string, progress: (sent: number) => void) => Promise<string>;

/** How long what is done can still be read, in milliseconds. */
export const doneKept = 24 * 3600_000;

/** Answers that waiting may mend: they say nothing of the deed itself. 409 with this code is the first try, still at work. */
function passing(e: unknown): boolean {
  return e instanceof Offline || (e instanceof Problem && ([401, 408, 425, 429].includes(e.status) || e.status >= 500 || e.code === 'in_flight'));
}

export class Outbox {
  private deeds: Deed[] = [];
  private running: Promise<void> | undefined;
  private again = false;
  private tries = 0; // in a row that had no answer
  private paused = false;
  private seq = 0;

  /** changed is called after each change of a deed; ended when the server has taken one, or refused it. */
  constructor(
    private readonly by: string, private readonly shelf: Shelf, private readonly courier: Courier,
    private readonly told: { changed(): void; ended(deed: Deed): void },
    private readonly clock: { now(): number; later(f: () => void, ms: number): void; random(): number } = {
      now: () => Date.now(), later: (f, ms) => { setTimeout(f, ms); }, random: () => Math.random(),
    },
  ) {}

  /** Reads what is kept. A deed that was being sent when the page ended may or may not have come: it is sent again, with its key. */
  async open(): Promise<void> {
    const now = this.clock.now();
    for (const d of await this.shelf.deeds()) {
      this.seq = Math.max(this.seq, d.seq);
      if (d.by !== this.by) continue;
      if (d.state === 'done' && now - (d.ended ?? 0) > doneKept) await this.shelf.remove(d.key);
      else this.deeds.push(d.state === 'sending' ? { ...d, state: 'waiting' } : d);
    }
    this.deeds.sort((a, b) => a.seq - b.seq);
    this.told.changed();
    this.send();
  }

  /** All that is kept, in the order in which it was done. */
  all(): readonly Deed[] {
    return this.deeds;
  }

  /** Those of an incident that are not done yet. */
  pending(incident: string): Deed[] {
    return this.deeds.filter((d) => d.state !== 'done' && (d.about === incident || d.incident === incident));
  }

  /** How many wait, and how many were refused. */
  count(): { waiting: number; refused: number } {
    return {
      waiting: this.deeds.filter((d) => d.state === 'waiting' || d.state === 'sending').length,
      refused: this.deeds.filter((d) => d.state === 'refused').length,
    };
  }

  /** Keeps a deed, and sends it as soon as may be. */
  async add(deed: Pick<Deed, 'key' | 'about' | 'title' | 'work'>): Promise<void> {
    const whole: Deed = { ...deed, seq: ++this.seq, by: this.by, at: this.clock.now(), state: 'waiting', tries: 0 };
    await this.shelf.put(whole);
    this.deeds.push(whole);
    this.told.changed();
    this.send();
  }

  /** Tries a refused deed once more. It has another key from now on: the answer to the first is kept by the server. */
  async retry(key: string, fresh: string): Promise<void> {
    const d = this.deeds.find((x) => x.key === key && x.state === 'refused');
    if (!d) return;
    const again: Deed = { ...d, key: d.work.kind === 'verb' ? fresh : key, state: 'waiting' };
    delete again.status;
    delete again.why;
    await this.shelf.put(again);
    if (again.key !== key) await this.shelf.remove(key);
    this.deeds[this.deeds.indexOf(d)] = again;
    this.told.changed();
    this.send();
  }

  /** Forgets a deed that is not being sent; with one that makes an incident all that was to be done with it. */
  async drop(key: string): Promise<void> {
    for (const d of this.deeds.filter((x) => (x.key === key || (x.about === key && x.incident === undefined)) && x.state !== 'sending')) {
      await this.shelf.remove(d.key);
      this.deeds.splice(this.deeds.indexOf(d), 1);
    }
    this.told.changed();
    this.send();
  }

  /** The network is said to be back, or somebody is logged in again: no use in waiting. */
  wake(): void {
    this.paused = false;
    this.tries = 0;
    this.send();
  }

  /** Nothing is sent until wake. */
  pause(): void {
    this.paused = true;
  }

  /** Resolves when nothing is being sent. */
  async rest(): Promise<void> {
    while (this.running) await this.running;
  }

  private send(): void {
    if (this.paused) return;
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = this.run().finally(() => {
      this.running = undefined;
      if (this.again) {
        this.again = false;
        this.send();
      }
    });
  }

  private async run(): Promise<void> {
    for (let d = this.next(); d && !this.paused; d = this.next()) if (!await this.one(d)) return;
  }

  /** The first that waits and that nothing stands before. */
  private next(): Deed | undefined {
    const stopped = new Set<string>();
    for (const d of this.deeds) {
      if (d.state === 'done') continue;
      if (d.state === 'waiting' && !stopped.has(d.about)) return d;
      stopped.add(d.about);
      if (d.work.kind === 'new') stopped.add(d.key);
    }
    return undefined;
  }

  /** Sends one; false if there was no answer, and it will be tried later. */
  private async one(d: Deed): Promise<boolean> {
    this.become(d, { state: 'sending' });
    try {
      const incident = await this.courier(d, this.incidentOf(d), (sent) => {
        if (d.work.kind === 'photo') this.become(d, { work: { ...d.work, sent } });
      });
      this.tries = 0;
      await this.end(d, { state: 'done', incident, ended: this.clock.now() });
      this.told.ended(d);
      return true;
    } catch (e) {
      if (!passing(e)) {
        if (!(e instanceof Problem)) throw e;
        const about = this.incidentOf(d);
        await this.end(d, { state: 'refused', ...(about ? { incident: about } : {}), status: e.status, why: e.message, ended: this.clock.now() });
        this.told.ended(d);
        return true;
      }
      await this.end(d, { state: 'waiting', tries: d.tries + 1 });
      const wait = e instanceof Problem && e.retryAfter > 0 ? e.retryAfter * 1000 : delay(this.tries++, this.clock.random());
      this.clock.later(() => this.send(), wait);
      return false;
    }
  }

  /** The number of the incident that a deed is about. */
  private incidentOf(d: Deed): string {
    const maker = this.deeds.find((x) => x.key === d.about && x.work.kind === 'new');
    return maker ? maker.incident ?? '' : d.about;
  }

  private become(d: Deed, is: Partial<Deed>): void {
    Object.assign(d, is);
    this.told.changed();
  }

  private async end(d: Deed, is: Partial<Deed>): Promise<void> {
    Object.assign(d, is);
    await this.shelf.put({ ...d });
    this.told.changed();
  }
}
