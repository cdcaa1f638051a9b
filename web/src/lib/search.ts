/** What the server finds by words, and how it is laid out: grouped, with what was found marked. */
import { ask } from './ask';
import type { Schemas } from './contract';
import type { CaseKind } from './docket';
import type { LonLat } from './geo';

/** A text by which a thing was found; pieces are from and to, in characters (code points). */
export type Match = Hit['matches'][number];

export type Hit = Schemas['hit'];

export interface Found { hits: Hit[]; total: number; exact: boolean; over?: Hit[] }

/** The hits of a group, in the order of the answer. */
export interface Group { kind: string; hits: Hit[] }

/** A part of a text; marked if it was found. */
export interface Part { text: string; marked: boolean }

/** How many results a box shows. */
const shown = 12;

/** What has the words, the nearest of equals first. */
export const find = (words: string, near: LonLat) =>
  ask<Found>(`/v1/search?q=${encodeURIComponent(words)}&near=${near.map((n) => n.toFixed(6)).join(',')}&limit=${shown}`);

/** How many cases are found at most by words. */
const casesFound = 100;

/** The numbers of open cases that have the words, pinyin too. */
export const findCases = (words: string) =>
  ask<Found>(`/v1/search?q=${encodeURIComponent(words)}&kind=incident,alarm&limit=${casesFound}`).then((f) => f.hits.map((h) => h.id));

/** Groups by kind, in the order of their best hits; cases that are over come last. */
export function grouped({ hits, over = [] }: Pick<Found, 'hits' | 'over'>): Group[] {
  const groups = new Map<string, Hit[]>();
  const put = (kind: string, hit: Hit): void => {
    const group = groups.get(kind);
    if (group) group.push(hit);
    else groups.set(kind, [hit]);
  };
  for (const hit of hits) put(hit.kind, hit);
  for (const hit of over) put('over', hit);
  return [...groups].map(([kind, found]) => ({ kind, hits: found }));
}

/** Cuts a text into what was found and what lies between. */
export function parts(text: string, pieces: [number, number][]): Part[] {
  const letters = Array.from(text);
  const out: Part[] = [];
  let at = 0;
  const add = (to: number, marked: boolean): void => {
    if (to > at) out.push({ text: letters.slice(at, to).join(''), marked });
    at = Math.max(at, to);
  };
  for (const [from, to] of pieces) {
    add(from, false);
    add(to, true);
  }
  add(letters.length, false);
  return out;
}

/** What a hit is called: what was found first if it is a name, else a name, else its id. */
export function titleOf(hit: Hit, english: boolean): Match {
  const names: [Match['field'], string | undefined][] = [['name', hit.name], ['nameEn', hit.nameEn]];
  if (english) names.reverse();
  const [field, text = ''] = names.find(([, is]) => is) ?? ['id', hit.id];
  return hit.matches.find((m) => m.field === field) ?? { field, text, pieces: [] };
}

/** The layer of a kind's things. */
export const layerOf = (kind: string): string => (kind === 'water' ? kind : `${kind}s`);

/** The kind of case that a hit is, if it is one. */
export const caseOf = (hit: Hit): CaseKind | undefined => (hit.kind === 'incident' || hit.kind === 'alarm' ? hit.kind : undefined);

/** Which of n options is chosen after a key: -1 is none, and what comes before the first and after the last. */
export function moved(chosen: number, key: string, n: number): number {
  if (n === 0) return -1;
  if (key === 'ArrowDown') return chosen + 1 < n ? chosen + 1 : -1;
  if (key === 'ArrowUp') return chosen < 0 ? n - 1 : chosen - 1;
  return chosen;
}
