import { expect, test } from 'vitest';
import { enlarged } from './enlarged';

test.each([
  [13, 26],
  [['interpolate', ['linear'], ['zoom'], 10, 11, 15, 17], ['interpolate', ['linear'], ['zoom'], 10, 22, 15, 34]],
  [['step', ['zoom'], 8, 14, 10], ['step', ['zoom'], 16, 14, 20]],
  [['interpolate', ['linear'], ['zoom'], 8, ['step', ['get', 'n'], 1, 5, 2], 9, 4], ['interpolate', ['linear'], ['zoom'], 8, ['step', ['get', 'n'], 2, 5, 4], 9, 8]],
  [['get', 'size'], ['get', 'size']],
  [undefined, undefined],
])('%j becomes %j', (size, want) => expect(enlarged(size, 2)).toEqual(want));
