/** The page: the desk of operators and dispatchers. */
import 'maplibre-gl/dist/maplibre-gl.css';
import './console.css';
import * as api from '../lib/api';
import { element } from '../lib/dom';
import { enter, leave } from '../lib/entrance';
import { savedLanguage, word } from '../lib/i18n';
import { pagesOf } from '../lib/pages';
import { Problem } from '../lib/problem';
import { home } from '../lib/session';
import { savedTheme, wear } from '../lib/theme';
import { boxOf } from '../map/areas';
import { Scene3D } from '../map/scene';
import { Page } from './page';

/** Says that the server is away, while there is nothing else to show. */
function awaiting(): void {
  element('sign').dataset.status = 'reconnecting';
  element('sign').textContent = word('reconnecting', savedLanguage());
}

async function start(): Promise<void> {
  wear(savedTheme());
  const entered = await enter(awaiting);
  const { who } = entered;
  if (!pagesOf(who, savedLanguage()).some((p) => p.path === '/console')) return location.replace(home(who));
  const placed = location.hash !== '';
  const [scene, tables, box] = await Promise.all([api.scene(), api.tables(), boxOf(who)]);
  const map = new Scene3D(element('map'), scene, box, savedTheme(), savedLanguage());
  await map.ready;
  // Who sends people looks from above.
  if (!placed) map.map.jumpTo({ pitch: 0, bearing: 0, ...(box ? {} : { zoom: 13 }) });
  new Page(entered, tables, map);
}

start().catch((e: unknown) => {
  if (e instanceof Problem && e.status === 401) return leave('revoked');
  element('sign').dataset.status = 'ended';
  element('sign').textContent = word('ended', savedLanguage());
  element('detail').textContent = (e as Error).message;
  throw e;
});
