import { expect, it } from 'vitest';
import type { Live } from '../lib/frames';
import { inView } from './legend';

it('counts what is told one by one, and by cells where it is counted', () => {
  const object = (fid: number, layer: string): [number, Live] => [fid, { fid, layer } as Live];
  const cell = (count: number) => ({ cell: 1, lon: 0, lat: 0, count, severity: 0, state: '' });
  const seen = inView({ objects: new Map([object(1, 'sensors'), object(2, 'sensors')]), clusters: new Map([['cameras', [cell(120), cell(7)]]]) });
  expect([...seen]).toEqual([['sensors', 2], ['cameras', 127]]);
});
