/** How live the page is, always in sight: the line, the age of what is shown, and a banner when it is old. */
import { say } from './dom';
import { howLate, word, type Lang } from './i18n';
import { detail, isLive, said, type Line } from './line';
import type { Me } from './session';
import { stamp } from './time';

export interface Panels { sign: HTMLElement; detail: HTMLElement; stale: HTMLElement }

/** Says it as it is at now; heard is when the last frame came, 0 for never. A view that is delayed is never called live. */
export function showStatus(p: Panels, line: Line, heard: number, now: number, { delayed, delay }: Pick<Me, 'delayed' | 'delay'>, lang: Lang): void {
  const live = isLive(line);
  p.sign.dataset.status = line.state;
  say(p.sign, live && delayed ? howLate('late', delay, lang) : said(line, lang));
  say(p.detail, live && delayed ? '' : detail(line, heard, now, lang));
  p.stale.hidden = live || heard === 0;
  if (!p.stale.hidden) say(p.stale, `${word('stale', lang)} · ${word('asOf', lang)}${stamp(heard)}`);
  // Before the first frame nothing is shown that could be old.
  document.documentElement.dataset.fresh = live || heard === 0 ? 'live' : 'stale';
}
