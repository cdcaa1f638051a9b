import { expect, it } from 'vitest';
import { filterOf } from './devicequery';

it('asks by words and by what is wrong', () => {
  expect(filterOf('', '')).toBe('');
  expect(filterOf('', 'stuck')).toBe("data = 'stuck'");
  expect(filterOf(' wl ', 'fault')).toBe("(CASEI(name) LIKE CASEI('%wl%') OR CASEI(id) LIKE CASEI('%wl%') OR CASEI(class) LIKE CASEI('%wl%') OR CASEI(owner) LIKE CASEI('%wl%')) AND service = 'fault'");
});

it('words cannot end the text that they stand in', () => {
  expect(filterOf("o'b_%", '')).toContain("'%o''b\\_\\%%'");
});
