/** The legend: what there is, how much of it, what is wrong with it; and a switch for each layer. */
import type { LayerCount } from '../lib/api';
import { isWord, stateWord, word, type Lang } from '../lib/i18n';
import type { Scene3D } from './scene';

export function showLegend(panel: HTMLElement, counts: LayerCount[], lang: Lang, map: Scene3D): void {
  const list = panel.querySelector('ul');
  if (!list) return;
  const focused = document.activeElement instanceof HTMLInputElement ? document.activeElement.name : '';
  list.replaceChildren(...counts.map((c) => row(c, lang, map)));
  list.querySelector<HTMLInputElement>(`input[name="${focused}"]`)?.focus();
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
  item.append(label);
  const wrong = Object.entries(c.states).filter(([state, n]) => n > 0 && state !== 'normal');
  if (wrong.length > 0) {
    const states = document.createElement('div');
    states.className = 'states';
    states.textContent = wrong.map(([state, n]) => `${stateWord(state, lang)} ${n}`).join(' · ');
    item.append(states);
  }
  return item;
}
