/** What every map of MapLibre here has in common. */
import { AttributionControl, Map as MapLibre, NavigationControl, setWorkerUrl, type MapOptions } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { session } from '../lib/ask';
import type { Box } from '../lib/geo';

/** handy: with buttons for a hand. */
export function openMap(options: MapOptions, handy = true): MapLibre {
  setWorkerUrl(workerUrl);
  const map = new MapLibre({
    attributionControl: false, fadeDuration: 150,
    localIdeographFontFamily: "'Noto Sans CJK SC','WenQuanYi Micro Hei','PingFang SC','Microsoft YaHei',sans-serif",
    ...options,
  });
  map.addControl(new AttributionControl({ compact: false, customAttribution: '© OpenStreetMap contributors (ODbL)' }));
  if (handy) map.addControl(new NavigationControl({ visualizePitch: true }), 'bottom-right');
  // Without this only the error's class is told, and that in one letter or two.
  map.on('error', ({ error }) => {
    if ((error as { status?: number }).status === 401) session.dispatchEvent(new Event('over'));
    else console.error('map:', error.message);
  });
  return map;
}

/** The box of what a map shows, kept on the earth. */
export function boxShown(map: MapLibre): Box {
  const b = map.getBounds();
  const lon = (v: number) => Math.min(180, Math.max(-180, v));
  const lat = (v: number) => Math.min(90, Math.max(-90, v));
  return [lon(b.getWest()), lat(b.getSouth()), lon(b.getEast()), lat(b.getNorth())];
}
