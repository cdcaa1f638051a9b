/** The lasting things that the way along the creek needs: the banks' paths, and bridges for people on foot. */
import { ask } from '../lib/ask';
import type { Asset } from '../lib/api';
import { Bankway, middle, type Banks } from '../lib/bankway';
import type { Box, LonLat } from '../lib/geo';
import { Offline } from '../lib/problem';
import type { PhoneShelf } from '../lib/shelf';

/** On these one does not walk. */
const barred = ['bridge.expressway', 'bridge.rail'];

interface Told { type: string; objects?: { id: string; layer: string; class: string; name: string }[]; more?: boolean }

/** The banks as they were kept, if they were. */
export async function keptBanks(shelf: PhoneShelf): Promise<Bankway | undefined> {
  const kept = await shelf.kept<Banks>('banks');
  return kept && new Bankway(kept);
}

/** Asks for the banks, and keeps them. Throws as ask does. */
export async function fetchBanks(shelf: PhoneShelf, bounds: Box): Promise<Bankway> {
  const banks: Banks = { paths: [], bridges: [] };
  for (const o of await listed(bounds)) {
    if (barred.includes(o.class)) continue;
    const { geometry: g } = await ask<Asset>(`/v1/assets/${encodeURIComponent(o.id)}`);
    if (!g) continue;
    if (o.layer === 'bridges') {
      const at = middle(g);
      if (at) banks.bridges.push({ name: o.name || o.id, at });
    } else if (g.type === 'LineString') banks.paths.push(g.coordinates as LonLat[]);
    else if (g.type === 'MultiLineString') banks.paths.push(...g.coordinates as LonLat[][]);
  }
  await shelf.keep('banks', banks);
  return new Bankway(banks);
}

/** Which banks and bridges there are: the first snapshot of a view of them. */
function listed(bounds: Box): Promise<NonNullable<Told['objects']>> {
  return new Promise((done, fail) => {
    const source = new EventSource(`/v1/events?${new URLSearchParams({ layers: 'banks,bridges', bbox: bounds.join() })}`);
    const found: NonNullable<Told['objects']> = [];
    source.onmessage = ({ data }) => {
      const told = JSON.parse(String(data)) as Told;
      if (told.type !== 'snapshot') return;
      found.push(...told.objects ?? []);
      if (told.more) return;
      source.close();
      done(found);
    };
    source.onerror = () => {
      source.close();
      fail(new Offline('events'));
    };
  });
}
