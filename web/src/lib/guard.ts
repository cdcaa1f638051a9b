/** The one place where it is noticed that a login ends, or that somebody may more or less than before. */
import { session } from './ask';
import { Expiry, type Ending } from './expiry';
import { Problem } from './problem';
import { logout, me, type Me } from './session';

/** Why a login is over; each is said in these words by the login page. */
export type Why = 'ended' | 'idle' | 'revoked';

export interface Watch {
  /** The login ends soon, or no longer. */
  near(ending: Ending | undefined): void;
  over(why: Why): void;
  /** Somebody may more or less than before. */
  changed(who: Me): void;
}

/** How often the server is asked who is here, in milliseconds: so late a change of rights is noticed. */
const askEvery = 15_000;

/** When somebody last did something, in any tab of the browser. */
const key = 'suhe.active';

export class Guard {
  private readonly expiry = new Expiry();
  private over = false;
  private noted = 0;

  /** at is when the server said who is here, by its clock. */
  constructor(private who: Me, at: number, private readonly watch: Watch) {
    this.expiry.take(who.session, at, Date.now());
    this.act();
    for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) addEventListener(kind, () => this.act(), { passive: true });
    session.addEventListener('over', () => this.end('ended'));
    setInterval(() => this.second(Date.now()), 1000);
    setInterval(() => void this.check(), askEvery);
  }

  /** Asks the server who is here. Called also when the stream could not be had, which may be why. */
  async check(): Promise<void> {
    if (this.over) return;
    try {
      const { who: is, at } = await me();
      this.expiry.take(is.session, at, Date.now());
      const [was, now] = [rights(this.who), rights(is)];
      this.who = is;
      if (was !== now) this.watch.changed(is);
    } catch (e) {
      // 401 has been told to everybody; a server that is away is the sign's to say.
      if (e instanceof Problem && e.status === 403) this.end('revoked');
    }
  }

  /** Somebody is here still. */
  act(): void {
    const now = Date.now();
    if (this.over || now - this.noted < 1000) return;
    this.noted = now;
    localStorage.setItem(key, String(now));
  }

  /** Somebody has logged in again, as the same. */
  async again(): Promise<void> {
    this.over = false;
    this.act();
    await this.check();
  }

  /** The login is over. One that the server ended before its time is revoked. */
  end(why: Why): void {
    if (this.over) return;
    this.over = true;
    if (why === 'revoked' && this.expiry.near(this.active(), Date.now())) why = 'ended';
    this.watch.near(undefined);
    this.watch.over(why);
  }

  /** When somebody last did something. */
  private active(): number {
    return Math.max(this.noted, Number(localStorage.getItem(key)) || 0);
  }

  private second(now: number): void {
    if (this.over) return;
    const near = this.expiry.near(this.active(), now);
    if (!near || near.at > now) this.watch.near(near);
    else void this.expire(near);
  }

  /** The time is up. What the page asks by itself would keep the login alive on the server, so it is ended there. */
  private async expire(ending: Ending): Promise<void> {
    this.end(ending.idle ? 'idle' : 'ended');
    await logout().catch(() => undefined); // it ends by itself as well
  }
}

/** What decides what is offered. */
function rights(who: Me): string {
  return JSON.stringify([who.id, [...who.roles].sort(), [...who.areas].sort(), [...who.actions].sort(), who.sensitivity, who.delayed]);
}
