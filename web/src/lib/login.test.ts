import { expect, test } from 'vitest';
import { meaning } from './login';
import { Offline, Problem } from './problem';

const now = 1_000_000;

test.each<[string, Error, unknown]>([
  ['a wrong word', new Problem(401, 'no'), { kind: 'wrong' }],
  ['a code is wanted', new Problem(401, 'no', 'otp_required'), 'otp'],
  ['another password is wanted', new Problem(403, 'no', 'password_change_required'), 'change'],
  ['a second factor is wanted', new Problem(403, 'no', 'otp_enrolment_required'), 'enrol'],
  ['locked', new Problem(401, 'no', '', 900), { kind: 'locked', until: now + 900_000 }],
  ['busy', new Problem(503, 'no', '', 1), { kind: 'busy', until: now + 1000 }],
  ['too many', new Problem(429, 'no'), { kind: 'busy', until: now + 5000 }],
  ['a gateway without a server', new Problem(502, 'no'), { kind: 'offline' }],
  ['no answer', new Offline('no'), { kind: 'offline' }],
  ['against the rules', new Problem(400, 'password: too short'), { kind: 'refused', detail: 'password: too short' }],
])('%s', (_, e, is) => expect(meaning(e, now)).toEqual(is));

test('a mistake of ours is none of the user', () => {
  expect(() => meaning(new TypeError('x is undefined'), now)).toThrow(TypeError);
});
