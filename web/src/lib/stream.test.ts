import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Screen } from './frames';
import { Connection, viewId } from './stream';
import { FakeSocket as Socket } from './fakesocket';
import { write } from './wire';

const last = (): Socket => Socket.all.at(-1)!;

/** Frames as the server writes them, by type and turn. */
const kept = JSON.parse(readFileSync(new URL('../../../stream/testdata/frames.json', import.meta.url), 'utf8')) as { json: { type: string }; pb: string }[];
function frames(type: string): ArrayBuffer[] {
  return kept.filter((k) => k.json.type === type).map((k) => new Uint8Array(Buffer.from(k.pb, 'base64')).buffer);
}
const [hello, snapshots, bye, slow, error] = [frames('hello'), frames('snapshot'), frames('bye'), frames('slow'), frames('error')];

function connect() {
  const lines: string[] = [];
  const sessions: string[] = [];
  const here: Screen[] = [];
  const barred: boolean[] = [];
  const connection = new Connection({
    touched: () => {}, tiles: () => {}, line: (l) => lines.push(l.state), hello: (s) => sessions.push(s), presence: (s) => here.push(...s), barred: (said) => barred.push(said),
  }, { layers: ['sensors'], tiles: [], bbox: [121, 31, 122, 32], zoom: 14, zooms: [14, 14] });
  return { connection, lines, sessions, here, barred };
}

beforeEach(() => {
  vi.useFakeTimers();
  Socket.install();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('connection', () => {
  it('is live when all has come that there was, not before', () => {
    const { connection, lines, sessions } = connect();
    expect(last().protocol).toBe('suhe.v1.pb');
    last().tell(...hello, ...snapshots.slice(0, -1));
    expect([connection.line.state, sessions]).toEqual(['connecting', ['ABCDEF234567']]);
    last().tell(...snapshots.slice(-1));
    expect(lines).toEqual(['live']);
  });

  it('waits as long as it is told to and a little more, then resumes with what it holds', () => {
    const { connection } = connect();
    last().tell(...hello, ...snapshots, bye[0]!);
    last().onclose?.();
    expect(connection.line.state).toBe('reconnecting');
    vi.advanceTimersByTime(1234 + 199);
    expect(Socket.all).toHaveLength(1);
    vi.advanceTimersByTime(202);
    expect(Socket.all).toHaveLength(2);
    last().tell(...hello);
    expect(connection.line.state).toBe('reconnecting');
    const [fresh, resumed] = [Socket.all[0]!.sent[0]!, last().sent[0]!];
    expect(resumed.length).toBeGreaterThan(fresh.length); // position and held
    expect(connection.picture.views.get(viewId)?.objects.size).toBe(4);
  });

  it('does not come back where it is no use', () => {
    const { connection } = connect();
    last().tell(...hello, ...snapshots, bye[1]!);
    last().onclose?.();
    expect(connection.line).toEqual({ state: 'ended', reason: 'no such token' });
    vi.advanceTimersByTime(3_600_000);
    expect(Socket.all).toHaveLength(1);
  });

  it('says that it is let in no longer, with a word or without', () => {
    const { connection, barred } = connect();
    last().onclose?.(); // the handshake failed
    expect(barred).toEqual([false]);
    vi.advanceTimersByTime(401);
    last().tell(...hello, ...snapshots);
    last().onclose?.(); // the network
    expect(barred).toEqual([false]);
    vi.advanceTimersByTime(1000);
    last().tell(...hello, ...snapshots, bye[1]!);
    last().onclose?.();
    expect(barred).toEqual([false, true]);
    expect(connection.line.state).toBe('ended');
  });

  it('rests until somebody is logged in again, then resumes', () => {
    const { connection } = connect();
    last().tell(...hello, ...snapshots);
    const fresh = last().sent[0]!;
    connection.pause();
    expect(last().closed).toBe(true);
    vi.advanceTimersByTime(3_600_000);
    expect(Socket.all).toHaveLength(1);
    connection.retry();
    last().tell(...hello);
    expect(last().sent[0]!.length).toBeGreaterThan(fresh.length); // position and held
  });

  it('says that it is told less often, and when no longer', () => {
    const { connection } = connect();
    last().tell(...hello, ...snapshots, slow[0]!);
    expect(connection.line).toEqual({ state: 'slow', interval: 2000 });
    last().tell(slow[1]!);
    expect(connection.line.state).toBe('live');
  });

  it('asks anew for a view that was refused, when it looks elsewhere', () => {
    const { connection } = connect();
    last().tell(...hello, ...error);
    expect(connection.line.state).toBe('refused');
    connection.look({ layers: ['sensors'], tiles: [], bbox: [121, 31, 121.1, 31.1], zoom: 16, zooms: [16, 16] });
    expect(last().sent.map((b) => b[0]! >> 3)).toEqual([2, 2]); // subscribe, twice
    last().tell(...snapshots);
    expect(connection.line.state).toBe('live');
  });

  it('knows from when on tiles are as new as what it holds, if it asks for them later than for the rest', () => {
    const view = { layers: ['sensors'], bbox: [121, 31, 122, 32] as [number, number, number, number], zoom: 14, zooms: [14, 14] as [number, number] };
    const { connection } = connect();
    last().tell(...hello, ...snapshots);
    connection.look({ ...view, tiles: ['sensors'] });
    connection.look({ ...view, tiles: ['sensors', 'water'] });
    const at = { type: 'update', id: viewId, position: connection.picture.position! } as const;
    expect(last().sent.slice(1)).toEqual([write({ ...at, ...view, tiles: ['sensors'] }), write({ ...at, ...view, tiles: ['sensors', 'water'] })]);
  });

  it.each([['that says nothing', 10_000, []], ['that falls silent', 20_000, [...hello, ...snapshots]]] as const)('gives up a server %s, without waiting for its leave', (_, after, first) => {
    const { connection } = connect();
    last().tell(...first);
    vi.advanceTimersByTime(after);
    expect(last().closed).toBe(false);
    vi.advanceTimersByTime(2000);
    expect(Socket.all[0]!.closed).toBe(true);
    expect(connection.line.state).toBe('reconnecting');
    Socket.all[0]!.tell(...snapshots); // too late
    expect(connection.line.state).toBe('reconnecting');
  });

  it('waits longer each time that a line does not hold', () => {
    connect();
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      last().tell(...hello, ...snapshots);
      const began = Date.now();
      const n = Socket.all.length;
      last().onclose?.();
      while (Socket.all.length === n) vi.advanceTimersByTime(50);
      waits.push(Date.now() - began);
    }
    expect(waits.at(-1)).toBeGreaterThan(6000);
    last().tell(...hello, ...snapshots);
    vi.advanceTimersByTime(11_000); // this one holds
    const n = Socket.all.length;
    last().onclose?.();
    vi.advanceTimersByTime(401);
    expect(Socket.all).toHaveLength(n + 1);
  });

  it.each<[string, unknown]>([['text', 'hello'], ['bytes that are no frame', new Uint8Array([0x1a, 9, 0x1a, 7, 0x0a, 2, 1, 1, 0x42, 1, 2]).buffer]])('after %s it asks for all anew', (_, data) => {
    const { connection } = connect();
    last().tell(...hello, ...snapshots);
    const fresh = last().sent[0]!;
    last().onmessage?.({ data });
    expect(connection.line.state).toBe('reconnecting');
    vi.advanceTimersByTime(401);
    last().tell(...hello);
    expect(last().sent[0]).toEqual(fresh); // no position
  });
});
