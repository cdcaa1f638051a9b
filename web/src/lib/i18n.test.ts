import { expect, test } from 'vitest';
import { howLate, stateWord, word } from './i18n';

test('speaks both languages', () => {
  expect(word('live', 'zh')).toBe('实时');
  expect(word('live', 'en')).toBe('Live');
});

test('says how late a view is, in minutes', () => {
  expect(howLate('delayed', 900, 'zh')).toBe('公众视图 · 延迟 15 分钟');
  expect(howLate('late', 90, 'zh')).toBe('延迟 1.5 分钟');
  expect(howLate('late', 3600, 'en')).toBe('60 min late');
});

test('states have words of their own, unknown ones stand as they are', () => {
  expect(stateWord('stale', 'zh')).toBe('过期');
  expect(stateWord('online', 'en')).toBe('online');
  expect(stateWord('odd', 'zh')).toBe('odd');
});
