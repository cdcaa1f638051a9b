import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from './ask';
import { Guard } from './guard';
import type { Me } from './session';

const minute = 60_000;

/** What the server says of who is here; undefined: nobody is. */
let here: Me | undefined;
let asked: string[] = [];

const li: Me = { id: 'li', name: '李', roles: ['dispatcher'], areas: ['*'], actions: ['view', 'dispatch'], sensitivity: 3, delayed: false, delay: 0, demo: false };

/** The server's clock is ours; idle 30 minutes from now on, whatever was asked. */
const ends = () => ({ expires: new Date(Date.now() + 12 * 60 * minute).toISOString(), idleUntil: new Date(Date.now() + 30 * minute).toISOString() });

let kept: Map<string, string>;
let hands: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-29T08:00:00+08:00') });
  [kept, hands, asked, here] = [new Map(), [], [], li];
  vi.stubGlobal('localStorage', { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v) });
  vi.stubGlobal('addEventListener', (_: string, f: () => void) => hands.push(f));
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    return Promise.resolve(here ? Response.json({ ...here, session: ends() }) : Response.json({}, { status: 401 }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function guard() {
  const said: string[] = [];
  const g = new Guard({ ...li, session: ends() }, Date.now(), {
    near: (e) => said.push(e ? `near ${e.idle ? 'idle' : 'end'}` : 'far'), over: (why) => said.push(why), changed: (who) => said.push(`changed ${who.roles}`),
  });
  const news = (): string[] => said.splice(0).filter((s, i, all) => s !== all[i - 1]);
  news();
  return { g, news };
}

describe('guard', () => {
  it('says that nobody is here, then ends the login on the server as well', async () => {
    const { news } = guard();
    await vi.advanceTimersByTimeAsync(27.9 * minute);
    expect(news()).toEqual(['far']);
    await vi.advanceTimersByTimeAsync(0.2 * minute);
    expect(news()).toEqual(['far', 'near idle']);
    expect(asked).not.toContain('/v1/logout');
    await vi.advanceTimersByTimeAsync(2 * minute);
    expect(news()).toEqual(['near idle', 'far', 'idle']);
    expect(asked).toContain('/v1/logout');
    const many = asked.length;
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(asked.length).toBe(many); // nobody is asked for
  });

  it.each<[string, () => void]>([['hands', () => hands[0]?.()], ['hands in another tab', () => kept.set('suhe.active', String(Date.now()))]])('%s put the end off', async (_, act) => {
    const { news } = guard();
    await vi.advanceTimersByTimeAsync(29 * minute);
    act();
    await vi.advanceTimersByTimeAsync(20 * minute);
    expect(news().at(-1)).toBe('far');
  });

  it('tells a login that the server ended from one whose time had come', async () => {
    const early = guard();
    session.dispatchEvent(new Event('over'));
    expect(early.news()).toEqual(['far', 'revoked']);
    await vi.advanceTimersByTimeAsync(29 * minute);
    const late = guard();
    await vi.advanceTimersByTimeAsync(29 * minute);
    late.news();
    session.dispatchEvent(new Event('over'));
    expect(late.news()).toEqual(['far', 'ended']);
  });

  it('notices that somebody may something else, and that nobody is here', async () => {
    const { news } = guard();
    here = { ...li, roles: ['handler'], actions: ['view', 'report'] };
    await vi.advanceTimersByTimeAsync(16_000);
    expect(news().filter((s) => s !== 'far')).toEqual(['changed handler']);
    here = undefined;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(news()).toContain('revoked');
  });

  it('goes on when the same has logged in again', async () => {
    const { g, news } = guard();
    g.end('idle');
    await g.again();
    news();
    await vi.advanceTimersByTimeAsync(28.5 * minute);
    expect(news()).toContain('near idle');
  });
});
