/** The last hour of a sign: one value for each step of time, never more. */

/** Of which time, and in which steps, in milliseconds. */
export const hour = 3_600_000;
export const step = 15_000;

export class Series {
  private readonly points = new Map<number, { sum: number; n: number }>(); // by step since 1970, ascending

  /** Takes a value of a time; several of a step count as their mean. What is older than an hour before the newest is forgotten. */
  add(time: number, value: number): void {
    if (Number.isNaN(value)) return;
    const at = Math.floor(time / step);
    const p = this.points.get(at);
    if (p) {
      p.sum += value;
      p.n++;
      return;
    }
    this.points.set(at, { sum: value, n: 1 });
    if (this.points.size > hour / step) this.points.delete(Math.min(...this.points.keys()));
  }

  /** Times in seconds and their values, oldest first, of the hour before now. */
  read(now: number): [number[], number[]] {
    const since = Math.floor((now - hour) / step);
    const kept = [...this.points].filter(([at]) => at >= since).sort((a, b) => a[0] - b[0]);
    return [kept.map(([at]) => (at * step) / 1000), kept.map(([, { sum, n }]) => sum / n)];
  }

  get size(): number {
    return this.points.size;
  }
}
