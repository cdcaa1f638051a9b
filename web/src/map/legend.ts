/** The legend: what there is, how much of it, what is wrong with it; and a switch for each layer. */
import type { LayerCount } from '../lib/api';
import { isWord, stateWord, word, type Lang } from '../lib/i18n';
import type { Held } from '../lib/picture';
import type { Scene3D } from './scene';

export function showLegend(panel: HTMLElement, counts: LayerCount[], lang: Lang, map: Scene3D): void {
  const list = panel.querySelector('ul');
  if (!list) return;
  const focused = document.activeElement instanceof HTMLInputElement ? document.activeElement.name : '';
  list.replaceChildren(...counts.map((c) => row(c, lang, map)));
  list.querySelector<HTMLInputElement>(`input[name="${focused}"]`)?.focus();
}

/** How many things the stream tells of in view, by layer: one by one, or zoomed out by their counts. */
export function inView({ objects, clusters }: Pick<Held, 'objects' | 'clusters'>): Map<string, number> {
  const out = new Map<string, number>();
  for (const o of objects.values()) out.set(o.layer, (out.get(o.layer) ?? 0) + 1);
  for (const [layer, cells] of clusters) out.set(layer, cells.reduce((sum, c) => sum + c.count, 0));
  return out;
}

/** Writes how much is in view beside the layers that the stream tells of. */
export function showInView(panel: HTMLElement, layers: string[], held: Held, lang: Lang): void {
  const now = inView(held);
  for (const layer of layers) {
    const seen = panel.querySelector<HTMLElement>(`[data-seen="${layer}"]`);
    if (seen) seen.textContent = `${word('inView', lang)} ${(now.get(layer) ?? 0).toLocaleString('en')}`;
  }
}

function row(c: LayerCount, lang: Lang, map: Scene3D): HTMLElement {
  const item = document.createElement('li');
  const label = document.createElement('label');
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.name = c.layer;
  box.checked = map.shows(c.layer);
  box.addEventListener('change', () => map.show(c.layer, box.checked));
  const swatch = document.createElement('span');
  swatch.className = 'swatch';
  swatch.style.background = `var(--layer-${c.layer}, #888)`;
  const count = document.createElement('span');
  count.className = 'count';
  count.textContent = c.count.toLocaleString('en');
  label.append(box, swatch, isWord(c.layer) ? word(c.layer, lang) : c.layer, count);
  const seen = document.createElement('div');
  seen.className = 'seen';
  seen.dataset.seen = c.layer;
  item.append(label, seen);
  const wrong = Object.entries(c.states ?? {}).filter(([state, n]) => n > 0 && state !== 'normal');
  if (wrong.length > 0) {
    const states = document.createElement('div');
    states.className = 'states';
    states.textContent = wrong.map(([state, n]) => `${stateWord(state, lang)} ${n}`).join(' · ');
    item.append(states);
  }
  return item;
}
