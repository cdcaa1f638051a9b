import { expect, it } from 'vitest';
import { bindings, commandOf } from './keys';

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });
const free = { typing: false, dialog: false, control: false };

it('no key means two things', () => {
  const keys = bindings.flatMap((b) => b.keys);
  expect(new Set(keys).size).toBe(keys.length);
});
it.each([
  ['j', free, true, 'down'], ['ArrowUp', free, true, 'up'], ['?', free, false, 'help'], ['j', free, false, undefined], ['ArrowDown', free, false, 'down'],
  ['a', { ...free, typing: true }, true, undefined], ['Escape', { ...free, typing: true }, true, 'close'], ['Escape', { ...free, dialog: true }, true, undefined],
  ['Enter', { ...free, control: true }, true, undefined], [' ', { ...free, control: true }, true, undefined], ['j', { ...free, control: true }, true, 'down'], ['q', free, true, undefined],
] as const)('%s at %j', (key, at, letters, is) => expect(commandOf(press(key), at, letters)).toBe(is));
it('leaves keys of the browser alone', () => {
  expect(commandOf(press('a', { ctrlKey: true }), free, true)).toBeUndefined();
  expect(commandOf(press('d', { isComposing: true }), free, true)).toBeUndefined();
});
