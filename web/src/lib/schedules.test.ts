/**
 * The schedules of the server's simulation (stream/testdata/schedules.json), lived through
 * by the page's own connection: lines that break, nodes that restart or begin a new epoch,
 * slow reading, looks elsewhere. It has to ask what the server was asked, and to show in
 * the end what the world is.
 */
import { readFileSync } from 'node:fs';
import { PbfReader } from 'pbf';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readAsk, type Position } from '../../../stream/suhev1/suhe.proto';
import type { Box } from './geo';
import { Connection, viewId } from './stream';
import { FakeSocket } from './fakesocket';

interface Look { layers: string[]; bbox: Box; zoom: number }
interface Asked extends Look { type: 'subscribe' | 'update'; position?: Position; held?: number[] }
type Step = { open: true } | { lost: true } | { frame: string } | { look: Look } | { ask: Asked };
interface Shows { fid: number; lon: number; lat: number; time?: number }
interface Cell { cell: number; lon: number; lat: number }
interface Tape { seed: number; steps: Step[]; shows: Shows[]; counts: Record<string, Cell[]>; events: number[] }

const tapes = JSON.parse(readFileSync(new URL('../../../stream/testdata/schedules.json', import.meta.url), 'utf8')) as Tape[];

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.install();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it.each(tapes)('lives through schedule $seed', (tape) => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const player = new Player(tape.steps);
  for (const step of tape.steps) player.play(step);
  const { connection, events } = player;
  expect(warned).not.toHaveBeenCalled();
  expect(connection.line.state).toMatch(/^(live|slow)$/);
  const shown = connection.picture.views.get(viewId)!;
  expect([...shown.objects.values()].map(rounded).sort((a, b) => a.fid - b.fid)).toEqual(tape.shows.map(rounded));
  expect(Object.fromEntries([...shown.clusters].map(([layer, cells]) => [layer, cells.map(rounded)])))
    .toEqual(Object.fromEntries(Object.entries(tape.counts).map(([layer, cells]) => [layer, cells.map(rounded)])));
  expect([...new Set(events)].sort((a, b) => a - b)).toEqual(tape.events);
});

/** Lets what a tape tells happen to a connection. */
class Player {
  readonly events: number[] = [];
  readonly connection: Connection;
  private opened = 0;

  constructor(steps: Step[]) {
    const first = steps[0];
    if (!first || !('look' in first)) throw new Error('a tape begins with a look');
    this.connection = new Connection({
      touched: (t) => this.events.push(...t.events.map((e) => e.seq)), tiles: () => {}, line: () => {}, hello: () => {}, presence: () => {}, barred: () => {},
    }, view(first.look));
  }

  play(step: Step): void {
    const line = FakeSocket.all[this.opened - 1];
    if ('open' in step) this.open();
    else if ('lost' in step) line?.onclose?.();
    else if ('frame' in step) line?.tell(new Uint8Array(Buffer.from(step.frame, 'base64')).buffer);
    else if ('look' in step) this.look(step.look);
    else expect(asked(line?.sent.shift())).toEqual(wanted(step.ask));
  }

  /** Waits for the connection to be tried again; on the one before nothing was asked that is not on the tape. */
  private open(): void {
    this.opened++;
    for (let waited = 0; FakeSocket.all.length < this.opened; waited += 100) {
      if (waited > 60_000) throw new Error('it does not come back');
      vi.advanceTimersByTime(100);
    }
    expect(FakeSocket.all).toHaveLength(this.opened);
    for (const socket of FakeSocket.all) expect(socket.sent).toEqual([]);
  }

  private look(at: Look): void {
    if (this.opened > 0) this.connection.look(view(at)); // the first is the one that it was made with
  }
}

function view(l: Look) {
  return { ...l, tiles: [], zooms: [14, 14] as [number, number] };
}

/** What was asked, as far as a tape tells of it. */
function asked(bytes: Uint8Array | undefined) {
  if (!bytes) return 'nothing';
  const m = readAsk(new PbfReader(bytes));
  const a = m.subscribe ?? m.update!;
  const { west, south, east, north } = a.bbox!;
  return { type: m.subscribe ? 'subscribe' : 'update', layers: a.layers!.name, bbox: [west, south, east, north], zoom: a.zoom, position: a.position, held: sums(a.held ?? []) };
}

function wanted(a: Asked) {
  return { type: a.type, layers: a.layers, bbox: a.bbox, zoom: a.zoom, position: a.position, held: a.held ?? [] };
}

/** Fids told as steps from the one before. */
function sums(steps: number[]): number[] {
  let at = 0;
  return steps.map((step) => (at += step));
}

/** Degrees as far as frames tell them: to 1e-7. */
function rounded<T extends { lon: number; lat: number }>(o: T): T {
  return { ...o, lon: Number(o.lon.toFixed(6)), lat: Number(o.lat.toFixed(6)) };
}
