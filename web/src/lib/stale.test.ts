import { describe, expect, it } from 'vitest';
import { Stale, zoomsOf } from './stale';

describe('stale tiles', () => {
  it('are taken once, each once', () => {
    const s = new Stale();
    s.add({ changed: { assets: [[14, 1, 2], [13, 0, 1]] }, all: [] });
    s.add({ changed: { assets: [[14, 1, 2], [14, 1, 3]], water: [[9, 4, 4]] }, all: [] });
    expect(s.names()).toEqual(['assets', 'water']);
    expect(s.take('assets')).toEqual([[14, 1, 2], [13, 0, 1], [14, 1, 3]]);
    expect(s.names()).toEqual(['water']);
    expect(s.take('assets')).toEqual([]);
  });
  it('are all of the source once all are', () => {
    const s = new Stale();
    s.add({ changed: { assets: [[14, 1, 2]] }, all: ['assets'] });
    s.add({ changed: { assets: [[14, 9, 9]] }, all: [] });
    expect(s.take('assets')).toBe('all');
    s.add({ changed: { assets: [[14, 9, 9]] }, all: [] });
    expect(s.take('assets')).toEqual([[14, 9, 9]]);
  });
});

it('zooms span what is shown', () => {
  expect(zoomsOf([15, 13, 14, 15])).toEqual([13, 15]);
  expect(zoomsOf([])).toBeUndefined();
});
