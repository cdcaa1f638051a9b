/** Areas as the map knows them: what they are called, and where one begins who sees only some. */
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

/** What areas are called, asked for once each. */
export class AreaNames {
  private readonly known = new Map<string, string>();

  /** learned is called when a name has come. */
  constructor(private readonly learned: () => void) {}

  /** The name of the 街镇 of a division code; the code until it is known. */
  of(code: string): string {
    const at = code.slice(0, street);
    if (at === '') return '';
    if (!this.known.has(at)) {
      this.known.set(at, code);
      api.asset(at).then((a) => {
        this.known.set(at, a.name);
        this.learned();
      }, () => undefined); // it stays its code
    }
    return this.known.get(at) ?? code;
  }
}
