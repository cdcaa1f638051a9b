/** The loop 发现 → 立案 → 派遣 → 处置 → 核查 → 结案: where each incident is in it, and how its clock runs. */
import type { Listed } from '../lib/cases';
import { light, left } from '../lib/duty';

/** The states of each phase, in the loop's order. */
export const phases: readonly (readonly string[])[] = [
  ['discovered'], ['filed', 'reopened'], ['dispatched', 'returned'], ['accepted', 'handling', 'suspended', 'rework'], ['reported', 'checking'], ['closed', 'evaluated'],
];

/** The phase of a state; undefined for what left the loop: rejected, merged, cancelled. */
export function phaseOf(state: string): number | undefined {
  const i = phases.findIndex((p) => p.includes(state));
  return i < 0 ? undefined : i;
}

/** An incident as a list tells it. */
export interface Row extends Listed { begun: string }

/** How many are in each phase, how bad the worst clock is there, and how many clocks show each light. */
export interface Tally { counts: number[]; worst: number[]; lights: [number, number, number] }

export function tally(open: Row[], over: Row[], now: number): Tally {
  const t: Tally = { counts: phases.map(() => 0), worst: phases.map(() => 0), lights: [0, 0, 0] };
  for (const { state, clock } of open) {
    const phase = phaseOf(state);
    if (phase === undefined) continue;
    const is = light(clock, now);
    t.counts[phase]!++;
    t.worst[phase] = Math.max(t.worst[phase]!, is);
    if (clock && !clock.ended && !clock.stands) t.lights[is as 0 | 1 | 2]++;
  }
  const last = phases.length - 1;
  t.counts[last]! += over.filter((r) => phaseOf(r.state) === last && now - Date.parse(r.begun) < 86_400_000).length;
  return t;
}

/** The newest first. */
export function newest(open: Row[], n: number): Row[] {
  return [...open].sort((a, b) => Date.parse(b.begun) - Date.parse(a.begun)).slice(0, n);
}

/** How long a clock has yet, to the second, with a minus when it is past; '' if none runs. */
export function countdown(r: Row, now: number): string {
  const ms = left(r.clock, now);
  if (ms === undefined) return '';
  const s = Math.floor(Math.abs(ms) / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [d, h, m] = [Math.floor(s / 86_400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  return `${ms < 0 ? '−' : ''}${d > 0 ? `${d}d ` : ''}${two(h)}:${two(m)}:${two(s % 60)}`;
}
