import { describe, expect, it } from 'vitest';
import { everything, fromAddress, isOf, narrows, ordered, passes, toAddress, turned, waits, type Filter, type Ground } from './filter';
import { entry } from './sample';

const who = { id: 'anna', unit: '市政养护', actions: ['file', 'dispatch', 'check', 'report'] };
const ground = (found: string[] = []): Ground => ({ who, now: 9 * 3600_000, words: (e) => [e.id, e.title, e.unit, e.address].join('\n'), found: new Set(found) });
const left = (f: Partial<Filter>, all = rows, g = ground()): string[] => all.filter((e) => passes({ ...everything, ...f }, e, g)).map((e) => e.id);

const rows = [
  entry('a', { severity: 1, light: 2, state: 'discovered', channel: 'sensor', area: '310107014', class: 'flood.level', title: '水位超警' }),
  entry('b', { begun: 2 * 3600_000, severity: 4, light: 1, state: 'handling', person: 'anna', unit: '河道保洁', address: '江宁路桥' }),
  entry('c', { kind: 'alarm', severity: 0, state: 'raised', channel: 'sensor' }),
  entry('d', { state: 'dispatched', unit: '市政养护', supervised: true }),
  entry('e', { open: false, state: 'closed' }),
  entry('f', { state: 'handling', unit: '市政养护', person: 'ben', extension: true }),
];

describe('the filter of the inbox', () => {
  it.each<[Partial<Filter>, string]>([
    [{}, 'abcdf'], [{ kind: 'incident' }, 'abdf'], [{ kind: 'alarm' }, 'c'], [{ kind: 'over' }, 'e'], [{ state: 'handling' }, 'bf'], [{ severity: 2 }, 'a'], [{ severity: 4 }, 'abdf'],
    [{ colour: 'yellow' }, 'ab'], [{ colour: 'red' }, 'a'], [{ class: 'flood.level' }, 'a'], [{ area: '310107014' }, 'a'], [{ channel: 'sensor' }, 'ac'],
    [{ whose: 'mine' }, 'bd'], [{ whose: 'unassigned' }, 'a'], [{ whose: 'supervised' }, 'd'], [{ whose: 'extension' }, 'f'], [{ whose: 'waiting' }, 'ac'],
    [{ whose: 'fresh' }, 'b'], [{ q: '水位' }, 'a'], [{ q: '河道 江宁' }, 'b'], [{ q: 'nothing' }, ''], [{ state: 'handling', channel: 'sensor' }, ''],
  ])('%j leaves %s', (f, ids) => expect(left(f).join('')).toBe(ids));

  it('takes what the server found, beside what can be read', () => expect(left({ q: 'sw' }, rows, ground(['a'])).join('')).toBe('a'));

  it('knows what waits for whom', () => {
    expect(waits(entry('x', { state: 'reported' }), who)).toBe(true);
    expect(waits(entry('x', { state: 'reported' }), { actions: ['handle'] })).toBe(false);
    expect(waits(entry('x', { state: 'handling', extension: true }), { actions: ['supervise'] })).toBe(true);
    expect(waits(entry('x', { state: 'handling' }), { actions: ['supervise'] })).toBe(false);
  });
  it('is of a unit only while it is with no other person', () => {
    expect(isOf(entry('x', { unit: '市政养护' }), who)).toBe(true);
    expect(isOf(entry('x', { unit: '市政养护', person: 'ben' }), who)).toBe(false);
    expect(isOf(entry('x'), { id: 'z' })).toBe(false);
  });
});

describe('the address', () => {
  it('keeps the filter and the order, and what else is in it', () => {
    const f: Filter = { kind: 'incident', state: 'filed', severity: 2, class: 'flood.level', area: '310107014', channel: 'ai', colour: 'red', whose: 'waiting', q: '桥 & 堤' };
    const at = toAddress('?theme=light', f, { by: 'clock', down: true });
    expect(at).toContain('theme=light');
    expect(fromAddress(at)).toEqual({ filter: f, order: { by: 'clock', down: true } });
    expect(toAddress(at, { ...everything }, { by: '', down: false })).toBe('?theme=light');
  });
  it('passes over what it cannot mean', () => {
    expect(fromAddress('?kind=x&severity=9&colour=blue&whose=all&sort=-nothing')).toEqual({ filter: { ...everything }, order: { by: '', down: true } });
    expect(narrows(fromAddress('?theme=light').filter)).toBe(false);
    expect(narrows(fromAddress('?q=x').filter)).toBe(true);
  });
});

describe('the order', () => {
  const said = (e: { title: string }): string => e.title;
  const by = (o: Parameters<typeof ordered>[1], all = rows): string => ordered(all, o, said).map((e) => e.id).join('');
  it('is that of urgency unless another is chosen', () => expect(by({ by: '', down: false })[0]).toBe('a'));
  it('puts what has no clock last either way', () => {
    const all = [entry('late', { due: 1 }), entry('none'), entry('soon', { due: 5 })];
    expect(ordered(all, { by: 'clock', down: false }, said).map((e) => e.id)).toEqual(['late', 'soon', 'none']);
    expect(ordered(all, { by: 'clock', down: true }, said).map((e) => e.id)).toEqual(['soon', 'late', 'none']);
  });
  it('counts numbers in texts as numbers', () => {
    const all = [entry('n10'), entry('n9')];
    expect(ordered(all, { by: 'title', down: false }, said).map((e) => e.id)).toEqual(['n9', 'n10']);
  });
  it('turns up, down, and back', () => {
    const up = turned({ by: '', down: false }, 'id');
    expect([up, turned(up, 'id'), turned(turned(up, 'id'), 'id')]).toEqual([{ by: 'id', down: false }, { by: 'id', down: true }, { by: '', down: false }]);
  });
});
