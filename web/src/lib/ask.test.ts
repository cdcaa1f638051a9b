import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, session } from './ask';
import { Offline, Problem } from './problem';

/** What the network was given, and what it answers next. */
let given: { path: string; init: RequestInit }[] = [];
let answers: (Response | Error)[] = [];
let ended = 0;
const count = (): void => { ended++; };

beforeEach(() => {
  given = [];
  ended = 0;
  session.addEventListener('over', count);
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    given.push({ path, init });
    const answer = answers.shift()!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});
afterEach(() => {
  session.removeEventListener('over', count);
  vi.unstubAllGlobals();
});

const problem = (status: number, body: object, headers = {}): Response => new Response(JSON.stringify(body), { status, headers });

describe('ask', () => {
  it('sends the session of this origin alone, and reads JSON', async () => {
    answers = [new Response('{"a":1}')];
    expect(await ask('/v1/x')).toEqual({ a: 1 });
    expect(given[0]!.init.credentials).toBe('same-origin');
    expect(new Headers(given[0]!.init.headers).has('Content-Type')).toBe(false);
  });

  it('writes why as bytes of UTF-8', async () => {
    answers = [new Response(null, { status: 204 })];
    expect(await ask('/v1/x', { reason: { purpose: '值守', incident: '案-7' } })).toBeUndefined();
    const sent = new Headers(given[0]!.init.headers); // refuses what is no byte
    const read = (name: string): string => new TextDecoder().decode(Uint8Array.from(sent.get(name)!, (c) => c.charCodeAt(0)));
    expect([read('Suhe-Purpose'), read('Suhe-Incident')]).toEqual(['值守', '案-7']);
  });

  it('names no incident that there is not', async () => {
    answers = [new Response('{}')];
    await ask('/v1/x', { reason: { purpose: '演练', incident: '' } });
    expect(new Headers(given[0]!.init.headers).has('Suhe-Incident')).toBe(false);
  });

  it('tells one place that nobody is logged in', async () => {
    answers = [problem(401, { detail: 'over' }), problem(401, { detail: 'wrong', code: 'otp_required' }), problem(403, {})];
    await expect(ask('/v1/layers')).rejects.toThrow('over');
    expect(ended).toBe(1);
    const e = await ask('/v1/login', { method: 'POST', body: {}, knocking: true }).catch((x: unknown) => x);
    expect(e).toBeInstanceOf(Problem);
    expect((e as Problem).code).toBe('otp_required');
    await expect(ask('/v1/accounts')).rejects.toThrow();
    expect(ended).toBe(1);
  });

  it('knows how long to wait, in seconds or until a date', async () => {
    vi.setSystemTime('2026-11-29T00:00:00Z');
    answers = [problem(503, {}, { 'Retry-After': '7' }), problem(503, {}, { 'Retry-After': 'Sun, 29 Nov 2026 00:00:30 GMT' }), problem(503, {}, { 'Retry-After': 'soon' })];
    const waits = [];
    for (let i = 0; i < 3; i++) waits.push((await ask('/').catch((e: unknown) => e) as Problem).retryAfter);
    expect(waits).toEqual([7, 30, 0]);
    vi.useRealTimers();
  });

  it('tells a server that is away from one that refuses', async () => {
    answers = [new TypeError('Failed to fetch'), new Response('<html>bad gateway', { status: 502, statusText: 'Bad Gateway' })];
    await expect(ask('/')).rejects.toBeInstanceOf(Offline);
    const e = await ask('/').catch((x: unknown) => x);
    expect([(e as Problem).status, (e as Problem).message]).toEqual([502, '502 Bad Gateway']);
  });
});
