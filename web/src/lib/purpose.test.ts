import { beforeEach, expect, test, vi } from 'vitest';
import { forgetReason, reasonOf, rememberedReason, rememberReason } from './purpose';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v), removeItem: (k: string) => kept.delete(k) });
});

test.each([
  ['值守', '', '', { purpose: '值守', incident: '' }],
  ['值守', 'x', ' 案-7 ', { purpose: '值守', incident: '案-7' }],
  ['处置案件', '', '', undefined],
  ['处置案件', '', '案-7', { purpose: '处置案件', incident: '案-7' }],
  ['其他', '  ', '', undefined],
  ['其他', '媒体参观', '', { purpose: '其他：媒体参观', incident: '' }],
  ['', '', '', undefined],
])('%s %s %s', (purpose, words, incident, is) => expect(reasonOf(purpose, words, incident)).toEqual(is));

test('a reason is kept for the one who gave it', () => {
  rememberReason('li', { purpose: '值守', incident: '' });
  expect(rememberedReason('li')).toEqual({ purpose: '值守', incident: '' });
  expect(rememberedReason('wang')).toBeUndefined();
  forgetReason();
  expect(rememberedReason('li')).toBeUndefined();
  sessionStorage.setItem('suhe.reason', '{');
  expect(rememberedReason('li')).toBeUndefined();
});
