/** Which saved scene the wall shows: by its address, a key, or a button. */
import { button, say } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { sceneOf, scenes, withScene, type SavedScene } from './scenes';
import { tell } from './words';

export class SceneChoice {
  is: SavedScene = sceneOf(location.search);
  private readonly buttons: HTMLButtonElement[];

  constructor(group: HTMLElement, private readonly chosen: () => void) {
    this.buttons = scenes.map((s) => button('', () => this.choose(s)));
    group.append(...this.buttons);
    addEventListener('keydown', (e) => {
      const writes = e.target instanceof HTMLInputElement || document.querySelector('dialog[open]');
      const scene = writes || e.ctrlKey || e.altKey || e.metaKey ? undefined : scenes.find((s) => s.key === e.key);
      if (scene) this.choose(scene);
    });
    this.mark();
  }

  speak(lang: Lang): void {
    scenes.forEach((s, i) => say(this.buttons[i]!, `${s.key} ${tell(s.name, lang)}`));
  }

  private choose(s: SavedScene): void {
    this.is = s;
    history.replaceState(history.state, '', withScene(location.search, s.name));
    this.mark();
    this.chosen();
  }

  private mark(): void {
    scenes.forEach((s, i) => this.buttons[i]!.setAttribute('aria-pressed', String(s === this.is)));
  }
}
