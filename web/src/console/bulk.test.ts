import { describe, expect, it } from 'vitest';
import { Problem } from '../lib/problem';
import { bulkDeeds, meant, toEach } from './bulk';
import { entry } from './sample';

describe('one deed on many', () => {
  it('tells of each what came of it, in their order, a few at a time', async () => {
    let running = 0;
    let most = 0;
    const told: number[] = [];
    const all = Array.from({ length: 10 }, (_, i) => entry(`n${i}`));
    const out = await toEach(all, async (e) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      if (e.id === 'n3') throw new Problem(412, 'at revision 5');
      if (e.id === 'n4') throw new Problem(403, 'not yours');
      if (e.id === 'n5') throw new TypeError('no network');
    }, (n) => told.push(n));
    expect(out.map((o) => [o.entry.id, o.result])).toEqual(all.map((e) => [e.id, ({ n3: 'changed', n4: 'refused', n5: 'away' } as Record<string, string>)[e.id] ?? 'done']));
    expect(out[4]).toMatchObject({ why: 'not yours' });
    expect(most).toBeLessThanOrEqual(4);
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
  it('does nothing with none', async () => expect(await toEach([], () => Promise.reject(new Error('asked')), () => undefined)).toEqual([]));
});

describe('what is offered', () => {
  const alarm = entry('a', { kind: 'alarm', state: 'raised' });
  const known = entry('k', { kind: 'alarm', state: 'acknowledged' });
  const found = entry('i', { state: 'discovered' });
  const all = (...may: string[]) => (a: string) => may.includes(a);
  it('is what makes sense for what is picked, and what one may', () => {
    expect(bulkDeeds([alarm], all('dispatch'))).toEqual(['acknowledge', 'suppress', 'confirm', 'false']);
    expect(bulkDeeds([alarm, found], all('file', 'supervise'))).toEqual(['file', 'supervise']);
    expect(bulkDeeds([entry('x')], all('dispatch', 'file'))).toEqual([]);
    expect(bulkDeeds([], all('dispatch', 'file', 'supervise'))).toEqual([]);
  });
  it('is meant for those that can take it', () => {
    const ids = (verb: string) => meant(verb, [alarm, known, found, entry('f')]).map((e) => e.id).join('');
    expect(['acknowledge', 'suppress', 'file', 'supervise'].map(ids)).toEqual(['a', 'ak', 'i', 'if']);
  });
});
