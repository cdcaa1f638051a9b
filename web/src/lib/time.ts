/** Times are Unix milliseconds inside and Asia/Shanghai wherever they are shown. */

const zone = 'Asia/Shanghai';

const clockFormat = new Intl.DateTimeFormat('zh-CN', {
  timeZone: zone, hour12: false, hour: '2-digit', minute: '2-digit', second: '2-digit',
});
const dayFormat: Record<'zh' | 'en', Intl.DateTimeFormat> = {
  zh: new Intl.DateTimeFormat('zh-CN', { timeZone: zone, year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' }),
  en: new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: 'short', day: 'numeric', weekday: 'short' }),
};
const stampFormat = new Intl.DateTimeFormat('sv-SE', {
  timeZone: zone, hour12: false, year: 'numeric', month: '2-digit', day: '2-digit',
  hour: '2-digit', minute: '2-digit', second: '2-digit',
});

/** HH:MM:SS in Shanghai. */
export function clock(ms: number): string {
  return clockFormat.format(ms);
}

/** The day in Shanghai, written out. */
export function day(ms: number, lang: 'zh' | 'en'): string {
  return dayFormat[lang].format(ms);
}

/** YYYY-MM-DD HH:MM:SS in Shanghai. */
export function stamp(ms: number): string {
  return stampFormat.format(ms);
}

/** Reads RFC 3339; undefined if text is absent or no time. */
export function instant(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
