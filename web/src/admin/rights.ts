/** What may be allowed, in words. */
import { choose, type Lang } from '../lib/i18n';
import type { Action } from '../lib/session';

const actions: Record<Action, readonly [string, string]> = {
  view: ['查看', 'view'], export: ['导出', 'export'], edit: ['编辑部件', 'edit assets'], observe: ['上报观测', 'send observations'], command: ['控制设备', 'command devices'],
  witness: ['看实时视频', 'watch video'], dispatch: ['派遣', 'dispatch'], report: ['上报', 'report'], file: ['立案', 'file'], handle: ['处置', 'handle'], check: ['核查', 'check'],
  supervise: ['督办', 'supervise'], rule: ['设告警规则', 'set rules'], repair: ['修复接入', 'repair intake'], operate: ['运维', 'operate'], admit: ['管账号', 'admit people'], audit: ['审计', 'audit'],
};

/** What an action is called; one that is newer than the page stands as it is. */
export const actionWord = (action: string, lang: Lang): string => (action in actions ? choose(actions[action as Action], lang) : action);

/** Words one after the other. */
export const listed = (words: string[], lang: Lang): string => words.join(choose(['、', ', '], lang));

const sensitivities: readonly (readonly [string, string])[] = [['公开', 'public'], ['内部', 'internal'], ['受限', 'restricted'], ['个人信息', 'personal']];

export const sensitivityWord = (n: number, lang: Lang): string => choose(sensitivities[n] ?? [String(n), String(n)], lang);
