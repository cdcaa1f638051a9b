/** Where along the creek things are, from when it is known how the creek runs. */
import type { Live } from '../lib/frames';
import type { LonLat } from '../lib/geo';
import type { Lang } from '../lib/i18n';
import type { Course } from './course';
import type { Gauges } from './water';
import { along } from './words';

export class Chainages {
  private course: Course | undefined;
  private readonly known = new Map<string, number>(); // of gauges, which stand still

  learn(course: Course): void {
    this.course = course;
  }

  /** NaN while it is not known. */
  of(at: LonLat): number {
    return this.course?.foot(at).chainage ?? NaN;
  }

  /** In words; none while it is not known. */
  where(at: LonLat, lang: Lang): string {
    if (!this.course) return '';
    const { chainage, bank } = this.course.foot(at);
    return along(chainage, bank, lang);
  }

  /** What the gauges say, in order of chainage: of those that can be believed. */
  levels(objects: Live[]): Gauges {
    if (!this.course) return [];
    const out: [number, number][] = [];
    for (const o of objects) {
      const level = o.layer === 'sensors' && o.summary !== 'invalid' ? o.values.water_level : undefined;
      if (level === undefined) continue;
      if (!this.known.has(o.id)) this.known.set(o.id, this.of([o.lon, o.lat]));
      out.push([this.known.get(o.id)!, level]);
    }
    return out.sort((a, b) => a[0] - b[0]);
  }
}
