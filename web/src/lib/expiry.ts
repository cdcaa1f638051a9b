/** When a login ends, and when to say so. Times are Unix milliseconds. */
import type { Ends } from './session';
import { instant } from './time';

/** So long before a login ends it is said. */
export const warning = 120_000;

/** Ending is near, or has come: because the time is up, or because nobody did anything. */
export interface Ending { at: number; idle: boolean }

/**
 * Follows one login. The server counts every question as a sign of life, also
 * those that the page asks by itself; so the page counts the hands itself.
 */
export class Expiry {
  private expires = Infinity;
  private span = Infinity; // how long nobody may do anything

  /** Takes what the server said when its clock showed at and ours now; nothing for what has no login. */
  take(ends: Ends | null | undefined, at: number, now: number): void {
    const left = (text: string | undefined): number => (instant(text) ?? Infinity) - at;
    this.expires = now + left(ends?.expires);
    this.span = left(ends?.idleUntil);
  }

  /** When it ends if the last sign of life was then. */
  ends(active: number): Ending {
    const idleAt = active + this.span;
    return idleAt < this.expires ? { at: idleAt, idle: true } : { at: this.expires, idle: false };
  }

  /** What is to be said at now, if anything is. */
  near(active: number, now: number): Ending | undefined {
    const e = this.ends(active);
    return e.at - now <= warning ? e : undefined;
  }
}
