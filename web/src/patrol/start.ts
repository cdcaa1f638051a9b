/** How the page begins: as who was here last where there is no network. */
import { leave, type Entered } from '../lib/entrance';
import { Offline, Problem } from '../lib/problem';
import { me, site } from '../lib/session';

const key = 'suhe.patrol.who';

/** How long the server is waited for before the page opens with what it has, in milliseconds. */
const patience = 4000;

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
      leave();
      return new Promise(() => {});
    }
    throw e;
  }
}

/** Who is here; online is false if that is only remembered. Waits for a network if nobody is. */
export async function enter(waiting: () => void): Promise<Entered & { online: boolean }> {
  const last = remembered();
  for (;;) {
    try {
      const late = new Promise<never>((_, fail) => { if (last) setTimeout(() => fail(new Offline('late')), patience); });
      return { ...await Promise.race([ask(), late]), online: true };
    } catch (e) {
      if (!(e instanceof Offline || e instanceof Problem)) throw e;
      if (last) return { ...last, online: false };
      waiting();
      await new Promise((done) => setTimeout(done, 3000));
    }
  }
}
