/** Why somebody looks at a camera or at where a person was: it goes into the record with the view. */

export interface Reason {
  purpose: string;
  incident: string; // number of the incident, "" without one
}

/** What is offered, in Chinese and English; the record keeps the Chinese. The last asks for words of one's own. */
export const purposes = [
  ['值守', 'Watch duty'], ['处置案件', 'Handling an incident'], ['设备维护', 'Device maintenance'], ['演练', 'Drill'], ['其他', 'Other'],
] as const satisfies readonly (readonly [string, string])[];

/** For one of the purposes an incident is named. */
export const needsIncident = (purpose: string): boolean => purpose === '处置案件';
export const needsWords = (purpose: string): boolean => purpose === '其他';

/** The longest that each may be, in characters. */
export const longest = { words: 60, incident: 40 } as const;

/** Makes a reason of what was given; undefined if something is missing. */
export function reasonOf(purpose: string, words: string, incident: string): Reason | undefined {
  const said = words.trim().slice(0, longest.words);
  const number = incident.trim().slice(0, longest.incident);
  if (purpose === '' || (needsWords(purpose) && said === '') || (needsIncident(purpose) && number === '')) return undefined;
  return { purpose: needsWords(purpose) ? `其他：${said}` : purpose, incident: number };
}

const key = 'suhe.reason';

/** The reason that was given for the rest of this login, if there is one. */
export function rememberedReason(who: string): Reason | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as (Reason & { who: string }) | null;
    return kept?.who === who && kept.purpose ? { purpose: kept.purpose, incident: kept.incident } : undefined;
  } catch {
    return undefined; // not written by us
  }
}

/** Keeps a reason until the tab is closed, somebody else logs in, or it is forgotten. */
export function rememberReason(who: string, reason: Reason): void {
  sessionStorage.setItem(key, JSON.stringify({ who, ...reason }));
}

export function forgetReason(): void {
  sessionStorage.removeItem(key);
}
