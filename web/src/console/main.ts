/** The page: the desk of operators and dispatchers. */
import 'maplibre-gl/dist/maplibre-gl.css';
import './console.css';
import * as api from '../lib/api';
import { element } from '../lib/dom';
import { savedLanguage } from '../lib/i18n';
import { openPage } from '../lib/opening';
import { pagesOf } from '../lib/pages';
import { savedTheme } from '../lib/theme';
import { boxOf } from '../map/areas';
import { Scene3D } from '../map/scene';
import { Page } from './page';

openPage((who) => pagesOf(who, savedLanguage()).some((p) => p.path === '/console'), async (entered) => {
  const placed = location.hash !== '';
  const [scene, tables, box] = await Promise.all([api.scene(), api.tables(), boxOf(entered.who)]);
  const map = new Scene3D(element('map'), scene, box, savedTheme(), savedLanguage());
  await map.ready;
  // Who sends people looks from above.
  if (!placed) map.map.jumpTo({ pitch: 0, bearing: 0, ...(box ? {} : { zoom: 13 }) });
  new Page(entered, tables, map);
});
