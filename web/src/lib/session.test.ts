import { describe, expect, it } from 'vitest';
import { home, loginAddress, roleName, sees, wayBack } from './session';

describe('the way back', () => {
  const origin = 'https://creek.example';
  it.each([
    ['?to=%2F%3Ftheme%3Dlight%2315%2F31.25%2F121.43', '/?theme=light#15/31.25/121.43'],
    ['?to=%2Fadmin', '/admin'],
    ['', undefined],
    ['?to=', undefined],
    ['?to=admin', undefined],
    ['?to=https%3A%2F%2Fevil.example%2F', undefined],
    ['?to=%2F%2Fevil.example%2F', undefined],
    ['?to=%2F%5Cevil.example', undefined],
    ['?to=%5C%5Cevil.example', undefined],
    ['?to=%2F%09%2Fevil.example', undefined],
    ['?to=javascript%3Aalert(1)', undefined],
    ['?to=%2Flogin%3Fto%3D%2F', undefined],
    ['?to=%2F%2F%2F', undefined],
  ])('of %s is %s', (search, to) => expect(wayBack(search, origin)).toBe(to));

  it('leads back to where the login page was asked for', () => {
    const at = new URL('https://creek.example/?follow=指挥大屏#15/31/121');
    expect(wayBack(new URL(loginAddress(at), origin).search, origin)).toBe(at.pathname + at.search + at.hash);
    expect(loginAddress(new URL('https://creek.example/'))).toBe('/login');
  });
});

it('who administers begins elsewhere', () => {
  expect([['security'], ['audit'], ['system'], ['operator'], ['patrol', 'handler'], []].map((roles) => home({ roles }))).toEqual(['/admin', '/admin', '/admin', '/', '/', '/']);
  expect([['security'], ['operator'], ['patrol', 'handler'], []].map((roles) => home({ roles }, true))).toEqual(['/admin', '/', '/patrol', '/']);
});

it('roles have names, an unknown one stands as it is', () => {
  expect([roleName('dispatcher', 'zh'), roleName('dispatcher', 'en'), roleName('king', 'zh')]).toEqual(['派遣员', 'Dispatcher', 'king']);
});

it.each([
  [['operator'], 'alarm', true], [['handler'], 'incident', true], [['handler'], 'alarm', false], [['public'], 'incident', false],
  [['public', 'patrol'], 'alarm', true], [['system'], 'incident', false], [['nobody'], 'incident', false],
])('%j sees %s: %s', (roles, kind, want) => {
  expect(sees({ roles }, kind)).toBe(want);
});
