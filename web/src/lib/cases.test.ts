import { afterEach, expect, it, vi } from 'vitest';
import { act, alarmRow, fileAddress, incidentRow, lightOf, openCases, overIncidents, upload, type ListedAlarm, type Listed, type Reading } from './cases';

const clock = (more: Partial<Reading>): Reading => ({ step: 'handle', share: 0.5, colour: 'green', ...more });
const listed = (id: string): Listed => ({
  id, rev: 4, state: 'handling', class: 'flood.level', title: '水位超警', severity: 1, place: [121.4, 31.2], area: '310107015', clock: clock({ colour: 'yellow' }),
});
const row: ListedAlarm = {
  id: 'A-20261123-000001', rev: 2, state: 'raised', title: '水位', titleEn: 'Level', cause: 'water_level', raised: '2026-11-23T08:00:00Z', severity: 2, lon: 121.4, lat: 31.2,
};

afterEach(() => vi.unstubAllGlobals());

it('shows the worst light of the clocks that run', () => {
  expect(lightOf([])).toBe(0);
  expect(lightOf([clock({}), clock({ colour: 'yellow' })])).toBe(1);
  expect(lightOf([clock({ colour: 'red', ended: true }), clock({ colour: 'red', stands: true }), clock({})])).toBe(0);
  expect(lightOf([clock({ colour: 'red' })])).toBe(2);
});

it('makes rows of both', () => {
  expect(incidentRow(listed('x'), true)).toEqual({
    kind: 'incident', id: 'x', rev: 4, open: true, class: 'flood.level', title: '水位超警', area: '310107015', state: 'handling', severity: 1, light: 1, storm: '', place: [121.4, 31.2],
  });
  expect(alarmRow(row)).toMatchObject({ kind: 'alarm', class: 'water_level', open: true, light: 0, place: [121.4, 31.2] });
  expect(alarmRow({ ...row, event: 'flood.level', over: '2026-11-23T00:00:00Z' })).toMatchObject({ class: 'flood.level', open: false });
});

/** Answers every question with what is next, and keeps the questions. */
function answers(...bodies: unknown[]): [string, RequestInit][] {
  const asked: [string, RequestInit][] = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push([path, init]);
    return Promise.resolve(new Response(JSON.stringify(bodies.shift() ?? {})));
  });
  return asked;
}

it('reads all pages of what is open', async () => {
  const asked = answers({ incidents: [listed('a')], next: '/v1/incidents?before=7' }, { incidents: [listed('b')] });
  expect((await openCases('incident')).map((r) => r.id)).toEqual(['a', 'b']);
  expect(asked.map(([path]) => path)[1]).toBe('/v1/incidents?before=7');
});

it('reads what is over', async () => {
  const asked = answers({ incidents: [{ ...listed('a'), clock: undefined }] });
  expect(await overIncidents()).toMatchObject([{ id: 'a', open: false, light: 0 }]);
  expect(asked[0]?.[0]).toContain('open=false');
});

it('does a deed at the revision that was looked at', async () => {
  const asked = answers();
  await act('incident', '310107015-20261123-00001', 'return', { reason: '不属本单位' }, 4);
  const [path, init] = asked[0]!;
  expect(path).toBe('/v1/incidents/310107015-20261123-00001/return');
  expect(init).toMatchObject({ method: 'POST', body: '{"reason":"不属本单位"}', headers: { 'If-Match': '"4"' } });
});

it('sends a file as a form', async () => {
  const asked = answers();
  await upload('a/b', new File(['x'], 'p.png', { type: 'image/png' }), 'after');
  const [path, init] = asked[0]!;
  expect(path).toBe('/v1/incidents/a%2Fb/files');
  expect((init.body as FormData).get('when')).toBe('after');
  expect((init.headers as Record<string, string>)['Content-Type']).toBeUndefined();
  expect(fileAddress('a', 'f')).toBe('/v1/incidents/a/files/f');
});
