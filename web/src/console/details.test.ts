import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CaseRow } from '../lib/docket';
import { Details } from './details';
import { entry } from './sample';

const row = (id: string, more: Partial<CaseRow> = {}): CaseRow => ({ ...entry(id), rev: 2, ...more });
const incident = (id: string, rev = 2) => ({
  id, rev, state: 'filed', what: { class: 'c', title: id, severity: 3, place: [1, 2] }, terms: {}, clocks: [], may: [], sources: [{ channel: 'grid', by: 'x', at: '2026-03-04T10:00:00+08:00' }], task: { unit: `unit of ${id}` },
});

let asked: string[] = [];

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    return Promise.resolve(path.endsWith('gone') ? new Response('{}', { status: 404 }) : new Response(JSON.stringify(incident(path.split('/').at(-1) ?? ''))));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('asks of a few that changed one by one, once however often they did', async () => {
  const learned = vi.fn();
  const d = new Details(learned, () => Promise.reject(new Error('the list')));
  for (let i = 0; i < 5; i++) d.want(row('a'));
  d.want(row('b'));
  d.want(row('gone'));
  d.want(row('over', { open: false }));
  await vi.runAllTimersAsync();
  expect(asked.sort()).toEqual(['/v1/incidents/a', '/v1/incidents/b', '/v1/incidents/gone']);
  expect([d.of('a')?.unit, d.of('gone')]).toEqual(['unit of a', undefined]);
  expect(learned).toHaveBeenCalled();
});
it('asks of many for the list', async () => {
  const listed = vi.fn(() => Promise.resolve());
  const d = new Details(() => undefined, listed);
  for (let i = 0; i < 20; i++) d.want(row(`n${i}`));
  await vi.runAllTimersAsync();
  expect([asked, listed.mock.calls]).toEqual([[], [['incident']]]);
});
it('takes nothing that is older than what is known', () => {
  const d = new Details(() => undefined, () => Promise.resolve());
  const listed = { id: 'a', class: 'c', title: 'a', severity: 3, place: [1, 2] as [number, number], state: 'filed', channel: 'grid' as const, begun: '2026-03-04T10:00:00+08:00' };
  d.takeListed([{ ...listed, rev: 3, unit: 'new' }], []);
  d.takeListed([{ ...listed, rev: 2, unit: 'old' }], []);
  expect(d.of('a')).toMatchObject({ rev: 3, unit: 'new' });
});
it('asks nothing of an alarm that is known: the stream tells all of it', async () => {
  const d = new Details(() => undefined, () => Promise.resolve());
  d.takeListed([], [{ id: 'A', rev: 1, state: 'raised', title: 't', titleEn: 'T', cause: 'c', severity: 2, lon: 1, lat: 2, raised: '2026-03-04T10:00:00+08:00' }]);
  d.want(row('A', { kind: 'alarm' }));
  await vi.runAllTimersAsync();
  expect(asked).toEqual([]);
});
