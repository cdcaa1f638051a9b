import { expect, test } from 'vitest';
import { judge } from './policy';

test.each([
  ['', []],
  ['short1!', ['kinds', 'name', 'new']],
  ['alllowercase', ['length', 'name', 'new']],
  ['苏州河边的路灯都亮着呢', ['length', 'name', 'new']],
  ['Creek-Side-7', ['length', 'kinds', 'name', 'new']],
  ['My-Dispatcher-7', ['length', 'kinds', 'new']],
  ['D1$patch3r-XYZ', ['length', 'kinds', 'new']],
  ['Old-Password-1', ['length', 'kinds', 'name']],
  [`Aa1${'x'.repeat(254)}`, ['kinds', 'name', 'new']],
])('%s', (password, kept) => {
  expect(judge(password, 'dispatcher', 'Old-Password-1').filter(([, is]) => is).map(([rule]) => rule)).toEqual(kept);
});

test('a name of two letters may be in it', () => {
  expect(judge('Creek-Bo-777', 'bo', '').every(([, kept]) => kept)).toBe(true);
});
