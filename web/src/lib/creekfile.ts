/** The creek in one file (PMTiles), fetched once, in pieces that go on where they broke off, and kept on the phone. */
import { send } from './ask';
import type { Datum } from './datum';
import type { PhoneShelf } from './shelf';

const layers = 'areas,water,banks,bridges,buildings,landmarks';

/** Bytes of one piece: some seconds on a weak network. */
const piece = 64 << 10;

/** The most that is taken, in bytes. */
export const largest = 5 << 20;

interface Kept { tag: string; size: number; pieces: Blob[] }

/** The file as it is kept, if it is there. */
export async function keptCreek(shelf: PhoneShelf, datum: Datum): Promise<Blob | undefined> {
  const kept = await shelf.kept<Kept>(key(datum));
  return kept && whole(kept) ? new Blob(kept.pieces) : undefined;
}

/** Fetches what is not there, or is there in an older edition; progress is a share. Throws as send does. */
export async function fetchCreek(shelf: PhoneShelf, datum: Datum, progress: (share: number) => void): Promise<Blob> {
  const address = `/tiles/${layers}/archive.pmtiles?datum=${datum}`;
  let kept = await shelf.kept<Kept>(key(datum)) ?? { tag: '', size: Infinity, pieces: [] };
  for (let first = true; first || !whole(kept); first = false) {
    const have = bytes(kept);
    const from = whole(kept) ? have - 1 : have; // of one that is whole a byte shows whether there is a newer
    const answer = await send(address, { headers: { Range: `bytes=${from}-${from + piece - 1}`, ...(kept.tag ? { 'If-Range': kept.tag } : {}) } });
    const tag = answer.headers.get('ETag') ?? '';
    const size = Number(/\/(\d+)$/.exec(answer.headers.get('Content-Range') ?? '')?.[1] ?? NaN);
    const body = await answer.blob();
    if (answer.status === 200) kept = { tag, size: body.size, pieces: [body] }; // another edition, and all of it
    else if (!whole(kept)) kept = { tag, size, pieces: [...kept.pieces, body] };
    if (kept.size > largest) throw new Error(`the creek has ${kept.size} bytes, want at most ${largest}`);
    await shelf.keep(key(datum), kept);
    progress(bytes(kept) / kept.size);
  }
  return new Blob(kept.pieces);
}

const key = (datum: Datum): string => `creek.${datum}`;
const bytes = (k: Kept): number => k.pieces.reduce((n, p) => n + p.size, 0);
const whole = (k: Kept): boolean => bytes(k) === k.size;
