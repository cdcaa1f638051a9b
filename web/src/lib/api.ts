/** The HTTP face of the server, as far as the screens use it. */

export interface Scene {
  title: string;
  titleEn: string;
  bounds: [number, number, number, number];
  center: [number, number];
  attribution: string;
  demo: boolean;
}

export interface ClassCount { code: string; name: string; nameEn: string; count: number }
export interface LayerCount {
  layer: string;
  kind: string;
  count: number;
  classes: ClassCount[];
  states: Record<string, number>;
}

export interface Named { code: string; name: string; nameEn: string }
export interface Phenomenon extends Named { unit: string }
export interface Tables { edition: string; classes: Named[]; phenomena: Phenomenon[] }

export interface Asset {
  fid: number;
  id: string;
  kind: string;
  class: string;
  name: string;
  area?: string;
  chainage?: number;
  bank?: 'left' | 'right';
  owner?: string;
  state: { communication: string; data: string; service: string };
  summary: string;
  values: Record<string, number>;
  times: Record<string, string>;
  sensor?: { measures: { phenomenon: string; unit: string; normal: [number, number] }[] };
}

export interface Series { phenomenon: string; unit: string; samples: [number, number][] }

/** Asks for JSON; a problem+json answer becomes an Error with its detail. */
async function get<T>(path: string): Promise<T> {
  const answer = await fetch(path, { headers: { Accept: 'application/json' } });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error((body as { detail?: string }).detail ?? `${path}: ${answer.status}`);
  return body as T;
}

export const scene = () => get<Scene>('/v1/scene');
export const layers = () => get<LayerCount[]>('/v1/layers');
export const tables = () => get<Tables>('/v1/classes');
export const asset = (id: string) => get<Asset>(`/v1/assets/${encodeURIComponent(id)}`);
export const series = (id: string, phenomenon: string) =>
  get<Series>(`/v1/assets/${encodeURIComponent(id)}/observations?phenomenon=${encodeURIComponent(phenomenon)}&limit=2000`);
