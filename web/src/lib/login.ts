/** Coming in: what is sent, and what an answer means for the next step. */
import { ask } from './ask';
import { Offline, Problem } from './problem';
import type { Me } from './session';

/** What is to be done next. */
export type Step = 'password' | 'otp' | 'change' | 'enrol' | 'in';

export type Trouble =
  | { kind: 'wrong' | 'offline' }
  | { kind: 'locked' | 'busy'; until: number } // Unix ms when to try again
  | { kind: 'refused'; detail: string };

export interface Credentials { username: string; password: string; otp?: string }

/** What a second factor is set up with. */
export interface Enrolment { uri: string }

export interface Entered { token: string; expires: string; principal: Pick<Me, 'id' | 'name' | 'roles'> }

const knock = <T>(path: string, body: unknown) => ask<T>(path, { method: 'POST', body, knocking: true });

export const login = (c: Credentials) => knock<Entered>('/v1/login', c);
/** Lets in with the new password, if nothing else is wanted. */
export const changePassword = (c: Credentials, fresh: string) => knock<Entered>('/v1/password', { ...c, new: fresh });
/** Asks for a second factor, which holds when a code of it has confirmed it. */
export const enrol = (c: Credentials) => knock<Enrolment>('/v1/otp', c);
export const confirm = (c: Credentials) => knock<Entered>('/v1/otp/confirm', c);

const next: Record<string, Step> = { otp_required: 'otp', password_change_required: 'change', otp_enrolment_required: 'enrol' };

/** How long to wait where the server did not say, in seconds. */
const someTime = { locked: 15 * 60, busy: 5 };

/** What a refusal means at now: another step, or trouble. What is neither is a mistake of ours and is thrown on. */
export function meaning(e: unknown, now: number): Step | Trouble {
  if (e instanceof Offline) return { kind: 'offline' };
  if (!(e instanceof Problem)) throw e;
  const step = next[e.code];
  if (step) return step;
  const until = (otherwise: number): number => now + (e.retryAfter || otherwise) * 1000;
  switch (e.status) {
    case 401:
      return e.retryAfter > 0 ? { kind: 'locked', until: until(someTime.locked) } : { kind: 'wrong' };
    case 429:
    case 503:
      return { kind: 'busy', until: until(someTime.busy) };
    case 502:
    case 504:
      return { kind: 'offline' };
    default:
      return { kind: 'refused', detail: e.message };
  }
}
