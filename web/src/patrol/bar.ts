/** The bar at the top: how live the page is, of what time it is if it is not, and how much waits to be sent. */
import { element, say as put } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { isLive, said, type Line } from '../lib/line';
import { clock } from '../lib/time';
import { say, type PatrolWord } from './words';

/** How long something is said, in milliseconds. */
const readable = 4000;

export class Bar {
  private readonly sign = element('sign');
  private readonly queue = element('queue');
  private readonly note = element('note');
  private until = 0;

  constructor(private readonly lang: () => Lang, pressed: () => void) {
    this.queue.addEventListener('click', pressed);
  }

  /** told is when the server told all last, Unix milliseconds; 0: never. */
  show(line: Line, told: number, { waiting, refused }: { waiting: number; refused: number }): void {
    const lang = this.lang();
    const offline = !isLive(line) && (!navigator.onLine || line.state === 'reconnecting');
    this.sign.dataset.status = offline ? 'offline' : line.state;
    put(this.sign, offline ? say('offline', lang) : said(line, lang));
    this.queue.hidden = waiting + refused === 0;
    this.queue.dataset.refused = String(refused > 0);
    put(this.queue, [...(waiting > 0 ? [say('queued', lang, { n: waiting })] : []), ...(refused > 0 ? [say('refusedN', lang, { n: refused })] : [])].join(' · '));
    if (Date.now() < this.until) return;
    this.note.hidden = !offline;
    this.note.dataset.kind = 'offline';
    if (offline) put(this.note, [say('offlineHint', lang), ...(told ? [say('asOf', lang, { t: clock(told).slice(0, 5) })] : [])].join(' · '));
  }

  /** Says something for a while. */
  say(key: PatrolWord, given: Record<string, string> = {}): void {
    this.until = Date.now() + readable;
    this.note.hidden = false;
    this.note.dataset.kind = 'good';
    put(this.note, say(key, this.lang(), given));
  }
}
