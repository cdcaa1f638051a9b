import { describe, expect, it } from 'vitest';
import { other, themeOf } from './theme';

describe('themeOf', () => {
  it.each([
    ['', null, 'dark'],
    ['', 'light', 'light'],
    ['', 'purple', 'dark'],
    ['?theme=light', null, 'light'],
    ['?theme=dark', 'light', 'dark'],
    ['?a=b&theme=light', 'dark', 'light'],
    ['?theme=nonsense', 'light', 'dark'],
  ])('%s with %s saved is %s', (search, saved, want) => {
    expect(themeOf(search, saved)).toBe(want);
  });

  it('has two sides', () => {
    expect(other('dark')).toBe('light');
    expect(other(other('dark'))).toBe('dark');
  });
});
