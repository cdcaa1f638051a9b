import { expect, it } from 'vitest';
import type { Live } from '../lib/frames';
import { Chainages } from './chainages';
import { Course } from './course';

const course = new Course([[121.40, 31.24], [121.42, 31.24]], [0, 1900], []);

function gauge(fid: number, lon: number, level: number, summary = 'normal'): Live {
  return {
    fid, id: `wl-${fid}`, layer: 'sensors', lon, lat: 31.24, summary, severity: 0, class: 'sensor.level', name: '', time: undefined,
    values: { water_level: level }, state: { communication: 'online', data: 'fresh', service: 'normal' },
  };
}

it('says nothing of what it does not know yet', () => {
  const c = new Chainages();
  expect([c.of([121.41, 31.24]), c.where([121.41, 31.24], 'zh'), c.levels([gauge(1, 121.41, 2.4)])]).toEqual([NaN, '', []]);
});

it('says where things are, and what the gauges say that can be believed, in their order', () => {
  const c = new Chainages();
  c.learn(course);
  expect(c.of([121.41, 31.24])).toBeCloseTo(950, 0);
  expect(c.where([121.41, 31.2401], 'en')).toBe('K0+950 left bank');
  const levels = c.levels([gauge(1, 121.415, 2.4), gauge(2, 121.405, 2.5), gauge(3, 121.41, -9999, 'invalid'), { ...gauge(4, 121.41, 1), values: {} }]);
  expect(levels.map(([chainage, level]) => [Math.round(chainage), level])).toEqual([[475, 2.5], [1425, 2.4]]);
});
