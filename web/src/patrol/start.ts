/** How the page begins: at once, as who was here last; the server is asked meanwhile. */
import { delay } from '../lib/backoff';
import { leave, type Entered } from '../lib/entrance';
import { Offline, Problem } from '../lib/problem';
import { me, site } from '../lib/session';

const key = 'suhe.patrol.who';

export function remembered(): Entered | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Entered ?? undefined;
  } catch {
    return undefined; // not written by us
  }
}

export function forget(): void {
  localStorage.removeItem(key);
}

/** Asks who is here, and remembers it. Who is not logged in goes to the login page, and nothing of who was here stays. */
export async function ask(): Promise<Entered> {
  try {
    const [about, { who, at }] = await Promise.all([site(), me()]);
    const entered = { who, at, about };
    localStorage.setItem(key, JSON.stringify(entered));
    return entered;
  } catch (e) {
    if (e instanceof Problem && (e.status === 401 || e.status === 403)) {
      forget();
      leave();
      return new Promise(() => {});
    }
    throw e;
  }
}

/** Who is here: whoever was here last, which is to be asked about as soon as may be; else the server is waited for. */
export async function enter(waiting: () => void): Promise<Entered & { sure: boolean }> {
  const last = remembered();
  if (last) return { ...last, sure: false };
  for (let n = 0; ; n++) {
    try {
      return { ...await ask(), sure: true };
    } catch (e) {
      if (!(e instanceof Offline || e instanceof Problem)) throw e;
      waiting();
      await new Promise((done) => setTimeout(done, delay(n, Math.random())));
    }
  }
}

/** Whether somebody is the same, and may the same. */
export function same(a: Entered, b: Entered): boolean {
  const of = ({ who: { session: _, ...rest } }: Entered): string => JSON.stringify(rest);
  return of(a) === of(b);
}
