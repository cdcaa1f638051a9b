/** The state of the connection, and how it is said. */
import { word, type Lang } from './i18n';

/**
 * What is shown is live only on a line that is `live` or `slow`; on all others it
 * is as it was when the last frame came.
 */
export type Line =
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'slow'; interval: number } // ms between two deltas: we read too slowly
  | { state: 'reconnecting'; next: number } // Unix ms of the next try; 0: it is on its way
  | { state: 'refused'; reason: string } // the line stands, what we asked for cannot be told
  | { state: 'ended'; reason: string }; // no use to come back

export function isLive(line: Line): boolean {
  return line.state === 'live' || line.state === 'slow';
}

/** The line in one word. */
export function said(line: Line, lang: Lang): string {
  return word(line.state, lang);
}

/** What more there is to say of it now: how old, how slow, how long yet, why. heard is when the last frame came, 0 for never. */
export function detail(line: Line, heard: number, now: number, lang: Lang): string {
  switch (line.state) {
    case 'connecting':
      return '';
    case 'live':
      return `${span(now - heard, lang)}${word('ago', lang)}`;
    case 'slow':
      return `${word('every', lang)}${span(line.interval, lang)}`;
    case 'reconnecting':
      return line.next > now ? `${seconds(Math.ceil((line.next - now) / 1000), lang)}${word('later', lang)}` : word('now', lang);
    default:
      return line.reason;
  }
}

/** A span of time in seconds, to a tenth below ten. */
function span(ms: number, lang: Lang): string {
  const s = Math.max(0, ms) / 1000;
  return seconds(s < 10 ? Number(s.toFixed(1)) : Math.round(s), lang);
}

function seconds(s: number, lang: Lang): string {
  return lang === 'zh' ? `${s} 秒` : `${s} s`;
}
