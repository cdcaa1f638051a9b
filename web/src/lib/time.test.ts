import { describe, expect, it } from 'vitest';
import { clock, day, instant, stamp } from './time';

const ms = Date.parse('2026-11-22T20:05:09Z');

describe('time', () => {
  it('shows Shanghai, wherever the browser is', () => {
    expect(clock(ms)).toBe('04:05:09');
    expect(stamp(ms)).toBe('2026-11-23 04:05:09');
    expect(day(ms, 'zh')).toContain('2026年11月23日');
    expect(day(ms, 'en')).toContain('23 Nov 2026');
  });
  it.each([
    ['2026-11-23T04:05:09+08:00', ms],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
  ])('reads %s', (text, want) => expect(instant(text)).toBe(want));
});
