import { expect, it } from 'vitest';
import { grouped, layerOf, moved, parts, titleOf, type Hit } from './search';

const hit = (id: string, kind: string, more: Partial<Hit> = {}): Hit => ({ id, fid: 1, kind, place: [121.4, 31.2], matches: [], ...more });

it('groups by kind in the order of the best, and what is over last', () => {
  const groups = grouped({ hits: [hit('a', 'bridge'), hit('b', 'asset'), hit('c', 'bridge')], over: [hit('d', 'incident')] });
  expect(groups.map((g) => [g.kind, g.hits.map((h) => h.id).join('')])).toEqual([['bridge', 'ac'], ['asset', 'b'], ['over', 'd']]);
});

it('cuts a text by characters, not by units of UTF-16', () => {
  expect(parts('𠮷武宁路桥', [[1, 3], [4, 5]])).toEqual([
    { text: '𠮷', marked: false }, { text: '武宁', marked: true }, { text: '路', marked: false }, { text: '桥', marked: true },
  ]);
  expect(parts('路', [])).toEqual([{ text: '路', marked: false }]);
  expect(parts('', [])).toEqual([]);
});

it('calls a hit by its name in the language, with what was found of it', () => {
  const bridge = hit('bridge-1', 'bridge', { name: '武宁路桥', nameEn: 'Wuning Road Bridge', matches: [{ field: 'name', text: '武宁路桥', pieces: [[0, 2]] }] });
  expect(titleOf(bridge, false).pieces).toEqual([[0, 2]]);
  expect(titleOf(bridge, true)).toEqual({ field: 'nameEn', text: 'Wuning Road Bridge', pieces: [] });
  expect(titleOf(hit('lamp-1', 'asset'), true).text).toBe('lamp-1');
});

it('walks round through the options, and past them', () => {
  expect([moved(-1, 'ArrowDown', 2), moved(0, 'ArrowDown', 2), moved(1, 'ArrowDown', 2)]).toEqual([0, 1, -1]);
  expect([moved(-1, 'ArrowUp', 2), moved(0, 'ArrowUp', 2), moved(1, 'x', 2), moved(-1, 'ArrowDown', 0)]).toEqual([1, -1, 1, -1]);
});

it('knows the layer of a kind', () => {
  expect(['water', 'camera', 'asset'].map(layerOf)).toEqual(['water', 'cameras', 'assets']);
});
