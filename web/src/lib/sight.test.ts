import { describe, expect, it } from 'vitest';
import { rays, told, type Eye, type Sight } from './sight';

const still: Eye = { camera: 'cam-1', class: 'camera.dome', tilt: 5, name: '摄像机 1', lon: 121.43, lat: 31.25, metres: 41.6, azimuth: 12, now: true, density: 70, level: 'observe' };
const turned: Eye = { camera: 'cam-2', class: 'camera.dome', tilt: 5, lon: 121.44, lat: 31.25, metres: 60, azimuth: 270.2, now: false, level: 'detect', aim: { azimuth: 270.2, tilt: 4.4, level: 'identify' } };

describe('told', () => {
  it('says what the picture is good for as it stands', () => {
    expect(told(still, 'zh')).toBe('摄像机 1 · 42 米 · 可观察');
    expect(told(still, 'en')).toBe('摄像机 1 · 42 m · observe');
  });

  it('says where to turn one that does not look there, and what it can do then', () => {
    expect(told(turned, 'en')).toBe('cam-2 · 60 m · identify · to be turned to 270°, 4° down');
    expect(told(turned, 'zh')).toContain('需转至 270°／俯 4°');
  });

  it('does not say what nobody knows', () => {
    const { level: _, ...vague } = still;
    expect(told(vague, 'en')).toBe('摄像机 1 · 42 m');
  });
});

describe('rays', () => {
  it('run from each camera to the place', () => {
    const s: Sight = { at: [121.435, 31.251], height: 1.5, count: 2, cameras: [still, turned] };
    expect(rays(s).map((f) => [f.geometry.coordinates, f.properties?.now])).toEqual([
      [[[121.43, 31.25], [121.435, 31.251]], true], [[[121.44, 31.25], [121.435, 31.251]], false],
    ]);
  });
});
