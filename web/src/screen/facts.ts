/** What lasts of the creek, asked for once: its water and banks, its line, what stands along it, and how the cameras look. */
import { ask } from '../lib/ask';
import type { Asset, Scene } from '../lib/api';
import { delay } from '../lib/backoff';
import { distance, type LonLat } from '../lib/geo';
import { Offline, Problem } from '../lib/problem';
import { Course, middleOf, type Mark } from './course';
import type { Lens } from './cones';
import type { Facts } from './stage';
import type { StripFacts } from './strip';
import type { Bank } from './water';

/** A bridge that is so near to the line tells where its chainage is, in metres. */
const onLine = 10;

/** A wall of which nothing else is known is so high, in metres over the gauges' zero. */
const crest = 5;

/** Pages of cameras that are read at most, of a thousand each. */
const pages = 5;

export interface Creek { facts: Facts; strip: StripFacts }

type Thing = Asset & { height?: number; properties?: Record<string, unknown> };

interface Cameras { features: { geometry: GeoJSON.Point; properties: Partial<Record<'azimuth' | 'hfov' | 'range' | 'height' | 'base', number | null>> }[]; links?: { rel: string; href: string }[] }

/** Asks until there is an answer; waiting, if there is one, is told of every attempt that had none. */
export async function insist<T>(f: () => Promise<T>, waiting?: () => void): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await f();
    } catch (e) {
      if (!(e instanceof Offline) && !(e instanceof Problem && e.status >= 500)) throw e;
      waiting?.();
      await new Promise((done) => setTimeout(done, delay(n, Math.random())));
    }
  }
}

/** All facts. Throws as ask does. */
export async function creek(about: Scene): Promise<Creek> {
  const [strip, water, banks, lenses] = await Promise.all([
    ask<StripFacts>('/v1/creek/strip?kind=bridge,landmark'), things('water'), things('bank'), cameras(),
  ]);
  const lines = banks.flatMap((b) => (b.geometry?.type === 'LineString' ? [{ ...b, line: b.geometry.coordinates as LonLat[] }] : []));
  const [left, right] = [lines.find((b) => b.bank === 'left'), lines.find((b) => b.bank === 'right')];
  const marks = strip.marks.flatMap((m): Mark[] => (m.kind === 'bridge' && m.chainage !== undefined && (m.offset ?? Infinity) < onLine ? [{ at: [m.lon, m.lat], chainage: m.chainage }] : []));
  const course = new Course(left && right ? downstream(middleOf(left.line, right.line), marks) : across(about), [strip.from, strip.to], marks);
  const rings = water.flatMap((w) => (w.geometry?.type === 'Polygon' ? [w.geometry.coordinates as LonLat[][]] : []));
  const walls = lines.map((b): Bank => ({ line: b.line, crest: typeof b.properties?.crest_m === 'number' ? b.properties.crest_m : crest }));
  return { strip, facts: { middle: about.center, course, water: rings, banks: walls, lenses } };
}

/** The things of a kind along the creek, whole. */
async function things(kind: string): Promise<Thing[]> {
  const { things: rows } = await ask<{ things: { id: string }[] }>(`/v1/creek?kind=${kind}&limit=20`);
  return Promise.all(rows.map(({ id }) => ask<Thing>(`/v1/assets/${encodeURIComponent(id)}`)));
}

/** How the cameras look; of one that does not say it nothing is drawn. */
async function cameras(): Promise<Lens[]> {
  const out: Lens[] = [];
  let next: string | undefined = '/ogc/collections/cameras/items?limit=1000&properties=azimuth,hfov,range,height,base';
  for (let n = 0; next && n < pages; n++) {
    const page: Cameras = await ask<Cameras>(next, { headers: { Accept: 'application/geo+json' } });
    for (const { geometry, properties: { azimuth, hfov, range, height, base } } of page.features) {
      if (azimuth == null || hfov == null || range == null) continue;
      out.push({ at: geometry.coordinates as LonLat, azimuth, hfov, range, height: (base ?? 0) + (height ?? 4) });
    }
    const link = page.links?.find((l) => l.rel === 'next');
    next = link && new URL(link.href).pathname + new URL(link.href).search;
  }
  return out;
}

/** The line so that chainage grows along it. */
function downstream(line: LonLat[], marks: Mark[]): LonLat[] {
  const first = marks.reduce<Mark | undefined>((a, b) => (a && a.chainage < b.chainage ? a : b), undefined);
  return first && distance(line[0]!, first.at) > distance(line.at(-1)!, first.at) ? [...line].reverse() : line;
}

/** Where no banks are known the tour goes through the middle. */
function across({ bounds: [west, south, east, north] }: Scene): LonLat[] {
  return [[west, (south + north) / 2], [east, (south + north) / 2]];
}
