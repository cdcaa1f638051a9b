/** Which cameras see a place: asked for when somebody wants to know, listed, and drawn as lines. */
import { button, make, say } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { told, type Sight } from '../lib/sight';

/** What the list needs around it. */
export interface Looking {
  rays(s: Sight | undefined): void; // draws lines from the cameras to the place
  look(id: string, name: string): void; // at one of them
}

/** A button that asks, and what came of it. */
export function eyes(ask: () => Promise<Sight>, around: Looking, lang: Lang): HTMLElement {
  const note = make('p', { className: 'hint', role: 'status' });
  const list = make('ul');
  const find = button(word('whoSees', lang), () => {
    ask().then((s) => {
      around.rays(s);
      list.replaceChildren(...s.cameras.map((e) => make('li', {}, button(told(e, lang), () => around.look(e.camera, e.name ?? e.camera)))));
      say(note, s.count === 0 ? word('nobodySees', lang) : s.count > s.cameras.length ? `${s.cameras.length} / ${s.count}` : '');
    }, (e: Error) => say(note, word('refusedView', lang) + e.message));
  });
  return make('div', { className: 'eyes' }, find, note, list);
}
