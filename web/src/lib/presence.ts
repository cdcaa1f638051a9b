/** Who is here, what they look at, and whom we follow. */
import type { Camera, Screen } from './frames';

/** Whom to follow: a session, or whoever comes by the name. A screen that comes back has a new session and the same name. */
export interface Leader { session: string | undefined; name: string }

export class Presence {
  readonly here = new Map<string, Screen>();
  leader: Leader | undefined;

  /** Takes news; returns the camera of the leader if it is among them. */
  take(here: Screen[], gone: string[]): Camera | undefined {
    for (const s of here) this.here.set(s.session, s);
    for (const session of gone) this.here.delete(session);
    const { leader } = this;
    if (!leader) return undefined;
    if (leader.session && !this.here.has(leader.session)) leader.session = undefined;
    leader.session ??= this.named(leader.name);
    return here.find((s) => s.session === leader.session)?.camera;
  }

  /** Follows; returns where the leader looks, as far as it is known. */
  follow(leader: Leader): Camera | undefined {
    this.leader = { name: leader.name, session: leader.session ?? this.named(leader.name) };
    return this.here.get(this.leader.session ?? '')?.camera;
  }

  /** Nobody is known any more: what comes next is told anew. */
  forget(): void {
    this.here.clear();
    if (this.leader) this.leader.session = undefined;
  }

  private named(name: string): string | undefined {
    return [...this.here.values()].find((s) => s.name === name)?.session;
  }
}

/** The most bytes that a screen's name may have, in UTF-8. */
const longest = 64;

/** A name as it may be sent: without space around, not too long; undefined if nothing is left. */
export function cleanName(name: string): string | undefined {
  let out = name.trim();
  while (new TextEncoder().encode(out).length > longest) out = [...out].slice(0, -1).join('');
  return out || undefined;
}

/** The screen to follow that the address names: /?follow=NAME. */
export function followed(search: string): Leader | undefined {
  const name = cleanName(new URLSearchParams(search).get('follow') ?? '');
  return name === undefined ? undefined : { session: undefined, name };
}

/** Whether two cameras show the same, as far as one can see. */
export function same(a: Camera, b: Camera): boolean {
  return Math.abs(a.lon - b.lon) < 1e-7 && Math.abs(a.lat - b.lat) < 1e-7 && Math.abs(a.zoom - b.zoom) < 1e-4
    && Math.abs(a.bearing - b.bearing) < 1e-2 && Math.abs(a.pitch - b.pitch) < 1e-2;
}
