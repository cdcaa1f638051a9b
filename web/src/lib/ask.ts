/** How the pages ask the server: one way for all, so that what holds for every question is said once. */
import { Offline, problemOf } from './problem';
import type { Reason } from './purpose';

export interface Question {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown; // sent as JSON
  form?: FormData; // sent as it is, instead of a body
  bytes?: Blob; // the same
  headers?: Record<string, string>; // besides those that follow from the rest
  match?: number; // the revision that is to be changed; 0: there is to be none yet
  reason?: Reason | undefined; // why, where the record wants to know
  knocking?: boolean; // it is about coming in: to be refused is no end of a session
}

/** Tells `over` when the server says that nobody is logged in any more. */
export const session = new EventTarget();

/**
 * Asks and reads the answer's JSON; undefined if it has no body. Throws Problem if
 * the server refuses and Offline if there is no answer.
 */
export async function ask<T>(path: string, q: Question = {}): Promise<T> {
  const answer = await send(path, q);
  const text = await answer.text().catch(() => { throw new Offline(`${path}: the answer broke off`); });
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function bodyOf({ form, bytes, body }: Question): Pick<RequestInit, 'body'> {
  const is = form ?? bytes ?? (body === undefined ? undefined : JSON.stringify(body));
  return is === undefined ? {} : { body: is };
}

/** Asks and gives the answer as it comes, for what is no JSON. Throws as ask does. */
export async function send(path: string, q: Question = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...q.headers };
  if (q.body !== undefined) headers['Content-Type'] = 'application/json';
  if (q.match === 0) headers['If-None-Match'] = '*';
  else if (q.match !== undefined) headers['If-Match'] = `"${q.match}"`;
  if (q.reason) {
    // A header is ASCII: percent-encoded UTF-8.
    headers['Suhe-Purpose'] = encodeURIComponent(q.reason.purpose);
    if (q.reason.incident) headers['Suhe-Incident'] = encodeURIComponent(q.reason.incident);
  }
  const answer = await fetch(path, {
    method: q.method ?? 'GET', headers, credentials: 'same-origin', ...bodyOf(q),
  }).catch((e: unknown) => { throw new Offline(String(e)); });
  if (answer.ok) return answer;
  if (answer.status === 401 && !q.knocking) session.dispatchEvent(new Event('over'));
  throw await problemOf(answer);
}
