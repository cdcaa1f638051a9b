import { expect, it } from 'vitest';
import { faultOf, offsetOf } from './fault';

const names = ['title', 'when', 'corridor.bank', 'corridor.from', 'corridor.to', 'overrides'];

it.each([
  ['rule check: invalid: title: "", want a line of 1 to 120 characters', { name: 'title', text: '"", want a line of 1 to 120 characters' }],
  ['fence x: invalid: corridor: from 5 to 1, want 0 <= from < to', { name: 'corridor.from', text: 'from 5 to 1, want 0 <= from < to' }],
  ['fence x: invalid: corridor: none', { name: 'corridor.bank', text: 'none' }],
  ['rule a: invalid: overrides.wl-1: when: "x": no', { name: 'overrides', text: 'when: "x": no' }],
  ['rule check: invalid: when: "a: b >": ERROR: <input>:1:7: Syntax error: mismatched\n | a\nERROR: <input>:2:1: more', { name: 'when', text: '1:7 Syntax error: mismatched', line: 1, column: 7 }],
  ['conflict: somebody was faster', undefined],
])('%s', (detail, want) => {
  expect(faultOf(detail, names)).toEqual(want);
});

it('counts characters of a line, not what is before them', () => {
  expect(['ab\ncd', '水>x', '𠮷>x', 'a'].map((text, i) => offsetOf(text, i === 0 ? 2 : 1, 2))).toEqual([4, 1, 2, 1]);
  expect(offsetOf('ab', 9, 9)).toBe(2);
});
