/** How a page begins: who is here; who is not logged in goes to the login page. */
import { Offline, Problem } from './problem';
import { delay } from './backoff';
import { loginAddress, me, site, type Me, type Site } from './session';

/** Who is here, since when by the server's clock, and where. */
export interface Entered { who: Me; at: number; about: Site }

/** Leaves for the login page, which leads back. */
export function leave(why?: string): void {
  const to = loginAddress(location);
  location.replace(why ? `${to}${to.includes('?') ? '&' : '?'}why=${why}` : to);
}

/**
 * Asks who is here, for as long as there is no answer; waiting is told of every
 * attempt that had none. Never returns if nobody is logged in.
 */
export async function enter(waiting: () => void): Promise<Entered> {
  for (let n = 0; ; n++) {
    try {
      const [about, { who, at }] = await Promise.all([site(), me()]);
      return { who, at, about };
    } catch (e) {
      if (e instanceof Problem && (e.status === 401 || e.status === 403)) {
        leave();
        return new Promise(() => {});
      }
      if (!(e instanceof Offline || e instanceof Problem)) throw e;
      waiting();
      await new Promise((done) => setTimeout(done, delay(n, Math.random())));
    }
  }
}
