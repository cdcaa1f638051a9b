/** The strip above every page that must be taken for what it is: a demo, or a view that is not of now. */
import { make } from './dom';
import { howLate, word, type Lang } from './i18n';
import type { Me, Site } from './session';

/** Shows what is to be said of the site and of what somebody sees of it; nothing otherwise. */
export function showStrip(strip: HTMLElement, site: Pick<Site, 'demo'>, who: Pick<Me, 'delayed' | 'delay'> | undefined, lang: Lang): void {
  const said = [
    ...(site.demo ? [make('span', { className: 'demo' }, word('demo', lang))] : []),
    ...(who?.delayed ? [make('span', { className: 'delayed' }, howLate('delayed', who.delay, lang))] : []),
  ];
  strip.replaceChildren(...said);
  strip.ariaLabel = word('mind', lang);
  strip.hidden = said.length === 0;
}
