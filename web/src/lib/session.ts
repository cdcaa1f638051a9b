/** Who is here, what he may, and where he goes from here. */
import table from '../../../internal/access/roles.json';
import { ask, send } from './ask';
import type { Answers, Schemas } from './contract';
import { choose, word, type Lang } from './i18n';

export type Action = 'view' | 'export' | 'edit' | 'observe' | 'command' | 'witness' | 'dispatch' | 'report' | 'file' | 'handle' | 'check' | 'supervise' | 'rule' | 'repair' | 'operate' | 'admit' | 'audit';

/** Somebody who is logged in; session, none of what comes by a link or a key, says when that ends. */
export type Me = Schemas['me'];

/** When a login ends: of itself, and if nobody does anything. RFC 3339. */
export type Ends = NonNullable<Me['session']>;

/** What anybody may know of the site. */
export type Site = Answers['GET /v1/site'];

export const everywhere = '*';

/** Who is here, and when the server said so by its own clock, Unix milliseconds: a page's may be wrong. */
export async function me(): Promise<{ who: Me; at: number }> {
  const answer = await send('/v1/me');
  return { who: await answer.json() as Me, at: Date.parse(answer.headers.get('Date') ?? '') || Date.now() };
}

export const site = () => ask<Site>('/v1/site', { knocking: true });

/** Ends this login, or all logins of this account. */
export const logout = (all = false) => ask<void>(`/v1/logout${all ? '?everywhere=true' : ''}`, { method: 'POST', knocking: true });

export function may(who: Pick<Me, 'actions'>, action: Action): boolean {
  return who.actions.includes(action);
}

/** Whether somebody is shown things of that kind. */
export function sees(who: { roles: readonly string[] }, kind: string): boolean {
  return table.roles.some((r) => who.roles.includes(r.role) && (r.kinds === undefined || (r.kinds as string[]).includes(kind)));
}

/** What a role is called; one that is not in the table stands as it is. */
export function roleName(role: string, lang: Lang): string {
  const is = table.roles.find((r) => r.role === role);
  return is ? choose([is.name, is.nameEn], lang) : role;
}

export const roleNames = (roles: string[], lang: Lang): string => roles.map((r) => roleName(r, lang)).join('、');

export const areaNames = (areas: string[], lang: Lang): string => (areas.includes(everywhere) ? word('everywhere', lang) : areas.join('、'));

/** Where somebody begins: who administers sees no map, who handles incidents and holds a phone the page of a patrol. */
export function home(who: { roles: readonly string[] }, phone = false): '/' | '/admin' | '/patrol' {
  const is = table.roles.filter((r) => who.roles.includes(r.role));
  if (is.some((r) => r.administers)) return '/admin';
  return phone && is.some((r) => r.actions.includes('handle')) ? '/patrol' : '/';
}

/** The login page, which leads back to where one is. */
export function loginAddress(here: Pick<Location, 'pathname' | 'search' | 'hash'>): string {
  const to = here.pathname + here.search + here.hash;
  return to === '/' ? '/login' : `/login?to=${encodeURIComponent(to)}`;
}

/** Where the login page leads: a path of this origin, undefined if the address names none. */
export function wayBack(search: string, origin: string): string | undefined {
  const to = new URLSearchParams(search).get('to');
  if (!to?.startsWith('/')) return undefined;
  try {
    const url = new URL(to, origin);
    if (url.origin !== origin || url.pathname === '/login') return undefined;
    return url.pathname + url.search + url.hash;
  } catch {
    return undefined;
  }
}
