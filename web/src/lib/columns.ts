/** Objects in columns, as suhe.v1.pb has them, made objects again. */
import type { Clusters, Objects } from '../../../stream/suhev1/suhe.proto';
import type { Change, Cluster, Live, State } from './frames';

// The parts of a state, as the enumerations of the .proto number them.
const communications = ['unknown', 'online', 'offline'];
const datas = ['none', 'fresh', 'stale', 'stuck', 'invalid'];
const services = ['normal', 'maintenance', 'fault', 'retired'];

/** Whole objects: every column is there. */
export function whole(o: Objects | undefined): Live[] {
  return changes(o).map((c) => ({ ...nothing, ...c }));
}

const nothing: Omit<Live, 'fid'> = {
  id: '', layer: '', lon: 0, lat: 0, summary: '', severity: 0, class: '', name: '', values: {}, time: undefined,
  state: { communication: 'unknown', data: 'none', service: 'normal' },
};

/** What the columns that are there say of each object. */
export function changes(o: Objects | undefined): Change[] {
  if (!o) return [];
  const out: Change[] = sums(o.fid).map((fid) => ({ fid }));
  const word = (n: number): string => o.word[n] ?? '';
  fill(out, o.id, (c, id) => { c.id = id; });
  fill(out, o.layer, (c, n) => { c.layer = word(n); });
  fill(out, o.class, (c, n) => { c.class = word(n); });
  fill(out, o.name, (c, name) => { c.name = name; });
  fill(out, degrees(o.lon), (c, lon) => { c.lon = lon; });
  fill(out, degrees(o.lat), (c, lat) => { c.lat = lat; });
  fill(out, o.state, (c, n) => {
    c.state = stateOf(n);
    c.severity = n >> 7;
  });
  fill(out, o.summary, (c, n) => { c.summary = word(n); });
  fill(out, sums(o.time), (c, time, i) => { c.time = o.heard[i] ? time : undefined; });
  let next = 0;
  fill(out, o.values, (c, count) => {
    c.values = {};
    for (const end = next + count; next < end; next++) c.values[word(o.phenomenon[next] ?? -1)] = o.value[next] ?? NaN;
  });
  return out;
}

/** Gives each object its entry of a column. A column that is left out is empty; one of another length is none of ours. */
function fill<T>(objects: Change[], column: T[], put: (c: Change, entry: T, i: number) => void): void {
  if (column.length === 0) return;
  if (column.length !== objects.length) throw new Error(`columns: ${column.length} entries for ${objects.length} objects`);
  objects.forEach((c, i) => put(c, column[i] as T, i));
}

function stateOf(n: number): State {
  return {
    communication: communications[n & 3] ?? 'unknown', data: datas[(n >> 2) & 7] ?? 'none', service: services[(n >> 5) & 3] ?? 'normal',
  };
}

export function clusters(c: Clusters): Cluster[] {
  const [lon, lat] = [degrees(c.lon), degrees(c.lat)];
  return c.cell.map((cell, i) => ({
    cell, lon: lon[i] ?? NaN, lat: lat[i] ?? NaN, count: c.count[i] ?? 0, severity: c.severity[i] ?? 0, state: c.word[c.state[i] ?? -1] ?? '',
  }));
}

/** Numbers of which only the steps were told. */
export function sums(steps: number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}

/** Coordinates of steps of 1e-7 degrees, which may have wrapped around 32 bits. */
function degrees(steps: number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum = (sum + step) | 0) / 1e7);
}
