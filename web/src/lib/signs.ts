/** Vital signs (城市体征) of what is in view. */
import type { Live } from './frames';
import { word, type Lang } from './i18n';

export type Sign = 'level' | 'highest' | 'rain' | 'noise' | 'online' | 'troubled';

/** What the objects say together; NaN where none of them says anything. */
export function signs(objects: Live[]): Record<Sign, number> {
  const sensors = objects.filter((o) => o.layer === 'sensors');
  const all = (phenomenon: string): number[] =>
    sensors.filter((o) => o.summary !== 'invalid').map((o) => o.values[phenomenon]).filter((v) => v !== undefined);
  const levels = all('water_level');
  return {
    level: mean(levels),
    highest: levels.length > 0 ? Math.max(...levels) : NaN,
    rain: all('rainfall').length > 0 ? Math.max(...all('rainfall')) : NaN,
    noise: mean(all('noise')),
    online: mean(sensors.map((o) => (o.state.communication === 'online' ? 100 : 0))),
    troubled: sensors.filter((o) => o.severity > 0 || !['normal', 'unknown'].includes(o.summary)).length,
  };
}

function mean(values: number[]): number {
  return values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : NaN;
}

/** Of each sign how many digits are told, and its unit. */
export const units: Record<Sign, readonly [number, string]> = {
  level: [3, 'm'], highest: [3, 'm'], rain: [1, 'mm/h'], noise: [1, 'dB(A)'], online: [1, '%'], troubled: [0, ''],
};

export function showSigns(panel: HTMLElement, objects: Live[], lang: Lang): void {
  const list = panel.querySelector('dl');
  if (!list) return;
  const now = signs(objects);
  list.replaceChildren(...(Object.entries(units) as [Sign, readonly [number, string]][]).flatMap(([key, [digits, unit]]) => {
    const name = document.createElement('dt');
    name.textContent = word(key, lang);
    const value = document.createElement('dd');
    value.dataset.sign = key;
    value.textContent = Number.isNaN(now[key]) ? '–' : `${now[key].toFixed(digits)} ${unit}`.trim();
    return [name, value];
  }));
}
