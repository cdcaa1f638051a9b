/** Saved scenes (场景): what the wall shows of the creek, how it flies, and which signs come first. */
import type { Sign } from '../lib/signs';

export type SceneName = 'duty' | 'flood' | 'festival';

export interface SavedScene {
  name: SceneName;
  key: string; // that chooses it
  hidden: string[]; // layers of the map that it leaves out
  cones: boolean; // the fields of view of the cameras
  tour: { speed: number; zoom: number; pitch: number; aside: number }; // metres a second; degrees that the view is turned from downstream
  signs: Sign[]; // in their order
  movers: string[]; // the classes on duty that are listed first
}

export const scenes: readonly SavedScene[] = [
  {
    name: 'duty', key: '1', hidden: ['coverage', 'assets'], cones: true, tour: { speed: 18, zoom: 16.1, pitch: 68, aside: 24 },
    signs: ['level', 'rain', 'noise', 'online', 'troubled', 'highest'], movers: ['mover.patrol', 'mover.boat', 'mover.vehicle'],
  },
  {
    name: 'flood', key: '2', hidden: ['coverage', 'assets', 'landmarks'], cones: false, tour: { speed: 14, zoom: 16.7, pitch: 71, aside: 10 },
    signs: ['level', 'highest', 'rain', 'troubled', 'online', 'noise'], movers: ['mover.boat', 'mover.vehicle', 'mover.patrol'],
  },
  {
    name: 'festival', key: '3', hidden: ['coverage', 'assets', 'sensors', 'cameras'], cones: true, tour: { speed: 22, zoom: 15.7, pitch: 64, aside: 36 },
    signs: ['noise', 'online', 'troubled', 'rain', 'level', 'highest'], movers: ['mover.patrol', 'mover.vehicle', 'mover.boat'],
  },
];

/** The scene that the address names (?scene=flood), else the first. */
export function sceneOf(search: string): SavedScene {
  const asked = new URLSearchParams(search).get('scene');
  return scenes.find((s) => s.name === asked) ?? scenes[0]!;
}

/** The address with the scene in it, and all else as it was. */
export function withScene(search: string, name: SceneName): string {
  const asked = new URLSearchParams(search);
  asked.set('scene', name);
  return `?${asked}`;
}
