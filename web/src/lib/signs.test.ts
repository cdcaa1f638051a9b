import { expect, test } from 'vitest';
import type { Live } from './frames';
import { signs } from './signs';

const sensor = (values: Record<string, number>, summary = 'normal', severity = 0): Live => ({
  fid: 1, id: 's', layer: 'sensors', lon: 0, lat: 0, class: 'c', name: 'n', summary, severity, values, time: undefined,
  state: { communication: summary === 'offline' ? 'offline' : 'online', data: 'fresh', service: 'normal' },
});

test('signs of nothing are not numbers', () => {
  expect(signs([]).level).toBeNaN();
  expect(signs([]).rain).toBeNaN();
});

test('an invalid sensor is trouble and counts for no mean', () => {
  const s = signs([sensor({ water_level: 2 }), sensor({ water_level: 3 }), sensor({ water_level: 99 }, 'invalid'), sensor({}, 'offline')]);
  expect(s.level).toBe(2.5);
  expect(s.highest).toBe(3);
  expect(s.troubled).toBe(2);
  expect(s.online).toBe(75);
});
