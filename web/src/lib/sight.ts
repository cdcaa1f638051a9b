/** Which cameras see a place: what the server says, and how it is told and drawn. */
import { ask } from './ask';
import type { Schemas } from './contract';
import type { LonLat } from './geo';
import { choose, type Lang } from './i18n';

export type Level = Schemas['level'];
export type Sight = Schemas['sightAt'];
export type Eye = Sight['cameras'][number];

/** How many are shown: they come the best first. */
const shown = 8;

export const sightAt = (at: LonLat) => ask<Sight>(`/v1/sight?point=${at[0]},${at[1]}&limit=${shown}`);
export const sightOf = (incident: string) => ask<Sight>(`/v1/sight?incident=${encodeURIComponent(incident)}&limit=${shown}`);

const levels: Record<Level, [string, string]> = {
  monitor: ['可监视', 'monitor'], detect: ['可发现', 'detect'], observe: ['可观察', 'observe'], recognise: ['可辨认', 'recognise'], identify: ['可识别', 'identify'],
};

/** A camera in one line: which, how far, what its picture is good for, and where to turn it. */
export function told(e: Eye, lang: Lang): string {
  const out = [e.name ?? e.camera, `${Math.round(e.metres)} ${choose(['米', 'm'], lang)}`];
  const level = e.now ? e.level : e.aim?.level;
  if (level) out.push(choose(levels[level], lang));
  if (!e.now && e.aim) out.push(choose([`需转至 ${Math.round(e.aim.azimuth)}°／俯 ${Math.round(e.aim.tilt)}°`, `to be turned to ${Math.round(e.aim.azimuth)}°, ${Math.round(e.aim.tilt)}° down`], lang));
  return out.join(' · ');
}

/** Lines from the cameras to the place. */
export function rays(s: Sight): GeoJSON.Feature<GeoJSON.LineString>[] {
  return s.cameras.map((e) => ({
    type: 'Feature', geometry: { type: 'LineString', coordinates: [[e.lon, e.lat], s.at] }, properties: { now: e.now },
  }));
}
