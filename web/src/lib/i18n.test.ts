import { expect, test } from 'vitest';
import { stateWord, word } from './i18n';

test('speaks both languages', () => {
  expect(word('live', 'zh')).toBe('实时');
  expect(word('live', 'en')).toBe('Live');
});

test('states have words of their own, unknown ones stand as they are', () => {
  expect(stateWord('stale', 'zh')).toBe('过期');
  expect(stateWord('online', 'en')).toBe('online');
  expect(stateWord('odd', 'zh')).toBe('odd');
});
