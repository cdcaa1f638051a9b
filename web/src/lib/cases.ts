/** Alarms and incidents as the server tells them, and what may be done with them. Times are RFC 3339 unless said otherwise. */
import { ask } from './ask';
import type { Answers, Schemas } from './contract';
import type { CaseKind, CaseRow } from './docket';
import type { LonLat } from './geo';

/** How long something may take. */
export type Limit = Schemas['timeLimit'];

/** What a clock shows; due of one that stands is when it would be, did it go on now. */
export type Reading = Schemas['reading'];

/** One proof: a file, or what the twin knew of the place. */
export type Evidence = Schemas['evidence'];
export type Incident = Schemas['incident'];

/** What a list tells of an incident; clock is the one that matters most. Of the state the stream tells as well, which may be newer than this page. */
export type Listed = Pick<Schemas['incidentRow'], 'id' | 'rev' | 'class' | 'title' | 'severity' | 'place' | 'area' | 'clock'> & { state: string };

/** And what it tells to a desk besides; extension says that more time is asked for. */
export type ListedFully = Listed & Pick<Schemas['incidentRow'], 'address' | 'channel' | 'unit' | 'person' | 'supervised' | 'extension' | 'begun'>;

/** One step that was taken. */
export interface Step {
  verb: string; at: string; by: string; name?: string; reason?: string; unit?: string; person?: string; into?: string; satisfaction?: number; no?: boolean; extra?: Limit; severity?: number;
}

/** To whom an incident may be dispatched, the best first. */
export type Advice = Answers['GET /v1/incidents/{id}/advice'];

/** What comes with a verb. */
export interface Ask {
  reason?: string; unit?: string; person?: string; into?: string; severity?: number; extra?: Limit; no?: boolean; satisfaction?: number; minutes?: number; storm?: boolean;
}

/** What a list tells of an alarm. */
export type ListedAlarm = Pick<Schemas['alarmRow'], 'id' | 'rev' | 'state' | 'title' | 'titleEn' | 'cause' | 'severity' | 'event' | 'area' | 'lon' | 'lat' | 'raised' | 'over' | 'storm'>;

/** A condition that an alarm is made of; since and until are Unix milliseconds. */
export type Member = Schemas['alarmMember'];
export type Alarm = Schemas['alarm'];

/** How many cases one page of a list has. */
const page = 500;

const lists = { incident: '/v1/incidents', alarm: '/v1/alarms' } as const;

const one = (kind: CaseKind, id: string): string => `${lists[kind]}/${encodeURIComponent(id)}`;

/** All that are open of a kind, as lists tell of them. */
export async function openListed(kind: CaseKind): Promise<{ incidents: ListedFully[]; alarms: ListedAlarm[] }> {
  const out = { incidents: [] as ListedFully[], alarms: [] as ListedAlarm[] };
  for (let next: string | undefined = `${lists[kind]}?open=true&limit=${page}${kind === 'alarm' ? '&parts=true' : ''}`; next;) {
    const answer: { incidents?: ListedFully[]; alarms?: ListedAlarm[]; next?: string } = await ask(next);
    out.incidents.push(...answer.incidents ?? []);
    out.alarms.push(...answer.alarms ?? []);
    next = answer.next;
  }
  return out;
}

/** All that are open of a kind. */
export const openCases = (kind: CaseKind) => openListed(kind).then((a) => [...a.incidents.map((i) => incidentRow(i, true)), ...a.alarms.map(alarmRow)]);

/** The incidents that were over last, as lists tell of them. */
export const overListed = () => ask<{ incidents: ListedFully[] }>(`${lists.incident}?open=false&limit=100`).then((a) => a.incidents);

/** The incidents that were over last. */
export const overIncidents = () => overListed().then((all) => all.map((i) => incidentRow(i, false)));

export function incidentRow({ id, rev, state, class: of, title, severity, place, area, clock }: Listed, open: boolean): CaseRow {
  return { kind: 'incident', id, rev, open, class: of, title, area: area ?? '', state, severity, light: lightOf(clock ? [clock] : []), storm: '', place };
}

export function alarmRow(a: Omit<ListedAlarm, 'titleEn' | 'raised'>): CaseRow {
  return {
    kind: 'alarm', id: a.id, rev: a.rev, open: a.over === undefined, class: a.event ?? a.cause, title: a.title, area: a.area ?? '', state: a.state,
    severity: a.severity, light: 0, storm: a.storm ?? '', place: [a.lon, a.lat],
  };
}

/** The worst light of clocks that run. */
export function lightOf(readings: Reading[]): number {
  return Math.max(0, ...readings.filter((r) => !r.ended && !r.stands).map((r) => ['green', 'yellow', 'red'].indexOf(r.colour)));
}

/** What incidents are of, and by what they are found. */
export const eventTables = () => ask<Answers['GET /v1/incidents/classes']>(`${lists.incident}/classes`);

/** What somebody reports. */
export interface Finding { channel: string; class: string; title?: string; text?: string; place: LonLat; address?: string; contact?: string; ref?: string }

export const report = (found: Finding) => ask<{ id: string }>(lists.incident, { method: 'POST', body: found });

/** How often a rule or an algorithm was right in the last 30 days; falseRate is of those that somebody judged. */
export type Tally = Answers['GET /v1/alarms/statistics']['tallies'][number];

export const tallies = () => ask<Answers['GET /v1/alarms/statistics']>(`${lists.alarm}/statistics`).then((a) => a.tallies);

export const incident = (id: string) => ask<Incident>(one('incident', id));
export const alarm = (id: string) => ask<Alarm>(one('alarm', id));
export const steps = (kind: CaseKind, id: string) => ask<{ events: Step[] }>(`${one(kind, id)}/events`).then((a) => a.events);
/** How those who reported an incident can be reached; that somebody asked is recorded. */
export const contacts = (id: string) => ask<{ contacts: string[] }>(`${one('incident', id)}/contacts`).then((a) => a.contacts);

/** So many of all that it could have been. */
export interface Rate { of: number; all: number }

/** How the incidents of a group went (问效). */
export interface Score {
  group: string; found: number; onTime: Rate; steps: Record<string, Rate>; returned: Rate; reworked: Rate; reopened: Rate; firstContact: Rate; satisfied: Rate;
}

export type By = 'area' | 'unit' | 'class' | 'channel' | 'day' | 'month';

/** How the incidents went that were found in a period, RFC 3339. */
export const evaluation = (by: By, from: string, to: string) =>
  ask<{ from: string; to: string; scores: Score[] }>(`/v1/evaluation?${new URLSearchParams({ by, from, to })}`);

/** Where the same is as a file. */
export const evaluationFile = (by: By, from: string, to: string, encoding: string): string =>
  `/v1/evaluation?${new URLSearchParams({ by, from, to, f: 'csv', encoding })}`;

export const advice = (id: string) => ask<Advice>(`${one('incident', id)}/advice`);

/** Does something with a case as it is at the revision. */
export const act = (kind: CaseKind, id: string, verb: string, given: Ask, rev: number) => ask<void>(`${one(kind, id)}/${verb}`, { method: 'POST', body: given, match: rev });

/** Where a file of an incident is. */
export const fileAddress = (id: string, file: string): string => `${one('incident', id)}/files/${encodeURIComponent(file)}`;

export function upload(id: string, file: File, when: 'before' | 'after'): Promise<void> {
  const form = new FormData();
  // The server reads them in this order.
  form.append('when', when);
  form.append('name', file.name);
  form.append('file', file);
  return ask(`${one('incident', id)}/files`, { method: 'POST', form });
}
