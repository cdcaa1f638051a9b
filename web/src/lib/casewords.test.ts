import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stateWord } from './i18n';
import { channelWord, noteWord, say, severityWord, stepWord, verbWord } from './casewords';

/** The words of a type that the server's table names: Name Type = "word". */
function told(file: string, type: string): string[] {
  const text = readFileSync(new URL(`../../../twin/${file}`, import.meta.url), 'utf8');
  const out = [...text.matchAll(new RegExp(`\\b\\w+\\s+${type}\\s+= "([a-z_]+)"`, 'g'))].map((m) => m[1]!);
  expect(out.length).toBeGreaterThan(3);
  return out;
}

const han = /\p{Script=Han}/u;

describe('there is a Chinese word for', () => {
  it.each([
    ['incident/state.go', 'State', (w: string) => stateWord(w, 'zh')],
    ['incident/verb.go', 'Verb', (w: string) => verbWord(w, 'zh')],
    ['incident/channel.go', 'Channel', (w: string) => channelWord(w, 'zh')],
    ['incident/clock.go', 'Step', (w: string) => stepWord(w, 'zh')],
    ['alarm/alarm.go', 'State', (w: string) => stateWord(w, 'zh')],
    ['alarm/step.go', 'Verb', (w: string) => verbWord(w, 'zh')],
  ] as const)('all that %s tells as %s', (file, type, word) => {
    expect(told(file, type).filter((w) => !han.test(word(w)))).toEqual([]);
  });
});

it('leaves what a newer server may tell as it is', () => {
  expect([verbWord('dance', 'zh'), channelWord('constructor', 'en'), stepWord('x', 'zh'), noteWord('blurred', 'zh')]).toEqual(['dance', 'constructor', 'x', 'blurred']);
});

it('says numbers within words', () => {
  expect([noteWord('far: 812 m', 'zh'), noteWord('undated', 'en'), say('wanting', 'zh', { n: 2 }), severityWord(1, 'en'), severityWord(7, 'zh')])
    .toEqual(['拍摄位置偏远 812 m', 'time not told', '还需 2 张处置后照片', 'Extreme', '未定级']);
});
