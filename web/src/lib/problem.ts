/** What can go wrong with a question to the server. */

/** The server answered that it will not: a problem detail (RFC 9457). */
export class Problem extends Error {
  /** code is a word that tells the same status apart ("otp_required"); retryAfter is in seconds, 0 if it was not said. */
  constructor(readonly status: number, detail: string, readonly code = '', readonly retryAfter = 0) {
    super(detail);
  }
}

/** No answer came: the server is away, or the network. */
export class Offline extends Error {}

/** Reads an answer that is no success; what is no problem detail still has its status. */
export async function problemOf(answer: Response): Promise<Problem> {
  const body = await answer.json().catch(() => undefined) as { detail?: string; code?: string } | undefined;
  return new Problem(answer.status, body?.detail ?? `${answer.status} ${answer.statusText}`.trim(), body?.code, seconds(answer.headers.get('Retry-After')));
}

/** Retry-After as seconds; it may also be a date (RFC 9110, 10.2.3). */
function seconds(text: string | null): number {
  if (!text) return 0;
  const n = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(n) ? Math.max(0, Math.ceil(n)) : 0;
}
