/** How live the page is, always in sight: the line, the age of what is shown, and a banner when it is old. */
import { word, type Lang } from '../lib/i18n';
import { detail, isLive, said, type Line } from '../lib/line';
import { stamp } from '../lib/time';

export interface Panels { sign: HTMLElement; detail: HTMLElement; stale: HTMLElement }

/** Says it as it is at now; heard is when the last frame came, 0 for never. */
export function showStatus(p: Panels, line: Line, heard: number, now: number, lang: Lang): void {
  const live = isLive(line);
  p.sign.dataset.status = line.state;
  say(p.sign, said(line, lang));
  say(p.detail, detail(line, heard, now, lang));
  p.stale.hidden = live || heard === 0;
  if (!p.stale.hidden) say(p.stale, `${word('stale', lang)} · ${word('asOf', lang)}${stamp(heard)}`);
  // Before the first frame nothing is shown that could be old.
  document.documentElement.dataset.fresh = live || heard === 0 ? 'live' : 'stale';
}

/** Changes a text that is read out only if it is another. */
function say(e: HTMLElement, text: string): void {
  if (e.textContent !== text) e.textContent = text;
}
