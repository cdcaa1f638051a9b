import { describe, expect, it } from 'vitest';
import { detail, isLive, said, type Line } from './line';

const now = 1_795_400_000_000;

describe('line', () => {
  it.each<[Line, number, string, string, string, string]>([
    [{ state: 'connecting' }, 0, '连接中', '', 'Connecting', ''],
    [{ state: 'live' }, now - 420, '实时', '0.4 秒前', 'Live', '0.4 s ago'],
    [{ state: 'live' }, now - 14_600, '实时', '15 秒前', 'Live', '15 s ago'],
    [{ state: 'live' }, now + 50, '实时', '0 秒前', 'Live', '0 s ago'], // a clock set back
    [{ state: 'slow', interval: 2000 }, now, '较慢', '每 2 秒', 'Slow', 'every 2 s'],
    [{ state: 'reconnecting', next: now + 2100 }, now, '重连中', '3 秒后', 'Reconnecting', '3 s to go'],
    [{ state: 'reconnecting', next: 0 }, now, '重连中', '正在连接', 'Reconnecting', 'trying now'],
    [{ state: 'refused', reason: 'bbox: too many' }, now, '无法订阅', 'bbox: too many', 'Refused', 'bbox: too many'],
    [{ state: 'ended', reason: 'no such token' }, now, '已断开', 'no such token', 'Ended', 'no such token'],
  ])('%j says so', (line, heard, zh, zhMore, en, enMore) => {
    expect([said(line, 'zh'), detail(line, heard, now, 'zh')]).toEqual([zh, zhMore]);
    expect([said(line, 'en'), detail(line, heard, now, 'en')]).toEqual([en, enMore]);
  });
  it('is live only when what is shown is', () => {
    const states: Line[] = [{ state: 'connecting' }, { state: 'live' }, { state: 'slow', interval: 1 }, { state: 'reconnecting', next: 0 }, { state: 'refused', reason: '' }, { state: 'ended', reason: '' }];
    expect(states.filter(isLive).map((l) => l.state)).toEqual(['live', 'slow']);
  });
});
