/** Where a map begins for somebody who sees only some areas. */
import * as api from '../lib/api';
import { around, type Box } from '../lib/geo';
import { everywhere, type Me } from '../lib/session';

/** A division code's first nine digits name its 街镇, which the map knows. */
const street = 9;

/** The box around the areas of an account; undefined if it sees all, or none that the map knows. */
export async function boxOf(who: Pick<Me, 'areas'>): Promise<Box | undefined> {
  if (who.areas.includes(everywhere)) return undefined;
  const codes = [...new Set(who.areas.map((a) => a.slice(0, street)))];
  const known = await Promise.all(codes.map((code) => api.asset(code).then((a) => a.geometry, () => undefined)));
  return around(known.filter((g) => g !== undefined));
}
