/** The pages that there are, and who is offered which. */
import { may, type Action, type Me } from './session';
import { word, type Lang, type Word } from './i18n';

/** A page, and what one must be allowed to do to have a use for it: one of these. */
const pages: { path: string; name: Word; for: Action[] }[] = [
  { path: '/', name: 'pageCreek', for: ['view'] },
  { path: '/screen', name: 'pageScreen', for: ['dispatch', 'supervise'] },
  { path: '/console', name: 'pageConsole', for: ['file', 'dispatch', 'supervise'] },
  { path: '/patrol', name: 'pagePatrol', for: ['handle', 'report'] },
  { path: '/planner', name: 'pagePlanner', for: ['export'] },
  { path: '/admin', name: 'pageAdmin', for: ['rule', 'repair', 'operate', 'admit', 'audit'] },
];

/** The pages that somebody is offered, by their names. */
export function pagesOf(who: Pick<Me, 'actions'>, lang: Lang): { path: string; name: string }[] {
  return pages.filter((p) => p.for.some((a) => may(who, a))).map((p) => ({ path: p.path, name: word(p.name, lang) }));
}
