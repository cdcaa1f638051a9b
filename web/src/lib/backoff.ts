/** How long to wait before another attempt. */
export interface Backoff {
  first: number; // ms
  limit: number; // ms
}

export const usual: Backoff = { first: 400, limit: 15_000 };

/**
 * Delay before attempt n (from 0) in ms: doubling up to the limit, and spread
 * over its upper half by random in [0,1), so that a thousand screens do not
 * come back in the same instant.
 */
export function delay(n: number, random: number, b: Backoff = usual): number {
  const full = Math.min(b.limit, b.first * 2 ** Math.min(n, 30));
  return full / 2 + (full / 2) * random;
}
