import { expect, it } from 'vitest';
import { valueAt, withValue } from './document';

it('reads by a path', () => {
  expect(valueAt({ match: { rules: ['a'] } }, 'match.rules')).toEqual(['a']);
  expect([valueAt({}, 'match.rules'), valueAt({ match: null }, 'match.rules'), valueAt({ a: 0 }, 'a')]).toEqual([undefined, undefined, 0]);
});

it('writes by a path, and changes no document', () => {
  const was = { match: { rules: ['a'] }, why: 'x' };
  expect(withValue(was, 'match.areas', ['b'])).toEqual({ match: { rules: ['a'], areas: ['b'] }, why: 'x' });
  expect(withValue(was, 'match.rules', undefined)).toEqual({ why: 'x' });
  expect(withValue({}, 'off', undefined)).toEqual({});
  expect(was).toEqual({ match: { rules: ['a'] }, why: 'x' });
});
