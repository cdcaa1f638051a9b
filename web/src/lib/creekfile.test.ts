import { afterEach, expect, it, vi } from 'vitest';
import { fetchCreek, keptCreek } from './creekfile';
import { Offline } from './problem';
import type { PhoneShelf } from './shelf';

afterEach(() => vi.unstubAllGlobals());

/** A phone that keeps values. */
function phone(): PhoneShelf {
  const kept = new Map<string, unknown>();
  return { kept: (k: string) => Promise.resolve(kept.get(k)), keep: (k: string, v: unknown) => Promise.resolve(void kept.set(k, v)) } as unknown as PhoneShelf;
}

/** A server of one file, in ranges, over a network that loses answers; edition may be changed. */
function server(size: number, lose: () => boolean) {
  const s = { edition: 1, asked: 0, bytes: (): Uint8Array<ArrayBuffer> => new Uint8Array(size).map((_, i) => (i * s.edition) % 251) };
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    s.asked++;
    if (lose()) return Promise.reject(new TypeError('network'));
    const h = init.headers as Record<string, string>;
    const tag = `"${s.edition}"`;
    if (h['If-Range'] && h['If-Range'] !== tag) return Promise.resolve(new Response(s.bytes(), { status: 200, headers: { ETag: tag } }));
    const [, from = 0, to = 0] = (/bytes=(\d+)-(\d+)/.exec(h.Range ?? '') ?? []).map(Number);
    const part = s.bytes().slice(from, to + 1);
    return Promise.resolve(new Response(part, { status: 206, headers: { ETag: tag, 'Content-Range': `bytes ${from}-${from + part.length - 1}/${size}` } }));
  });
  return s;
}

/** Whether a file is that, byte for byte. */
const is = async (b: Blob | undefined, bytes: Uint8Array): Promise<boolean> => Buffer.from(await b!.arrayBuffer()).equals(bytes);

it('goes on where it broke off, and keeps the whole', async () => {
  for (let run = 1; run <= 30; run++) {
    let seed = run;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const s = server(300_000 + Math.floor(random() * 100_000), () => random() < 0.4);
    const shelf = phone();
    let got: Blob | undefined;
    for (let n = 0; !got; n++) {
      expect(n).toBeLessThan(100);
      got = await fetchCreek(shelf, 'wgs84', () => {}).catch((e: unknown) => { if (!(e instanceof Offline)) throw e; return undefined; });
      if (!got) expect(await keptCreek(shelf, 'wgs84')).toBeUndefined();
    }
    expect(await is(got, s.bytes())).toBe(true);
    expect(await is(await keptCreek(shelf, 'wgs84'), s.bytes())).toBe(true);
    expect(await keptCreek(shelf, 'gcj02')).toBeUndefined();
  }
});

it('asks once whether there is another edition, and takes that whole', async () => {
  const s = server(200_000, () => false);
  const shelf = phone();
  await fetchCreek(shelf, 'wgs84', () => {});
  s.asked = 0;
  await fetchCreek(shelf, 'wgs84', () => {});
  expect(s.asked).toBe(1);
  s.edition = 3;
  expect(await is(await fetchCreek(shelf, 'wgs84', () => {}), s.bytes())).toBe(true);
});
