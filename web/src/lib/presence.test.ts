import { describe, expect, it } from 'vitest';
import type { Camera, Screen } from './frames';
import { cleanName, followed, Presence, same } from './presence';

const eye = (lon: number): Camera => ({ lon, lat: 31.2, zoom: 15, bearing: 0, pitch: 60 });
const screen = (session: string, name: string, lon = 121): Screen => ({ session, name, camera: eye(lon), selected: 0, since: 1 });

describe('presence', () => {
  it('follows a session as it moves, and nobody else', () => {
    const p = new Presence();
    expect(p.take([screen('a', '大屏'), screen('b', '手机')], [])).toBeUndefined();
    expect(p.follow({ session: 'a', name: '大屏' })).toEqual(eye(121));
    expect(p.take([screen('b', '手机', 122)], [])).toBeUndefined();
    expect(p.take([screen('a', '大屏', 123)], [])).toEqual(eye(123));
  });
  it('finds a leader that comes back under another session by its name', () => {
    const p = new Presence();
    p.take([screen('a', '大屏')], []);
    p.follow({ session: 'a', name: '大屏' });
    expect(p.take([], ['a'])).toBeUndefined();
    expect(p.leader).toEqual({ session: undefined, name: '大屏' });
    expect(p.take([screen('x', '手机')], [])).toBeUndefined();
    expect(p.take([screen('c', '大屏', 125)], [])).toEqual(eye(125));
    expect(p.leader?.session).toBe('c');
  });
  it('does not go over to another of the same name while the first is here', () => {
    const p = new Presence();
    p.take([screen('a', '大屏'), screen('b', '大屏')], []);
    p.follow({ session: 'b', name: '大屏' });
    expect(p.take([screen('a', '大屏', 130)], [])).toBeUndefined();
  });
  it('waits for whom the address names, over a lost line too', () => {
    const p = new Presence();
    p.leader = followed('?follow=%20大屏 ');
    expect(p.take([screen('a', '大屏', 122)], [])).toEqual(eye(122));
    p.forget();
    expect(p.here.size).toBe(0);
    expect(p.take([screen('b', '大屏', 124)], [])).toEqual(eye(124));
    expect(followed('?theme=dark')).toBeUndefined();
  });
  it('cleans names to what may be sent', () => {
    expect(cleanName('  大屏 1 ')).toBe('大屏 1');
    expect(cleanName(' \t')).toBeUndefined();
    const long = cleanName('苏'.repeat(40)) ?? '';
    expect(new TextEncoder().encode(long).length).toBe(63);
    expect(cleanName('🛥'.repeat(40))).toBe('🛥'.repeat(16));
  });
  it('knows cameras that show the same', () => {
    expect(same(eye(121), { ...eye(121), bearing: 0.001 })).toBe(true);
    expect(same(eye(121), eye(121.00001))).toBe(false);
  });
});
