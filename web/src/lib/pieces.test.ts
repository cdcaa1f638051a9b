import { afterEach, expect, it, vi } from 'vitest';
import { sendPieces } from './pieces';
import { Offline, Problem } from './problem';

afterEach(() => vi.unstubAllGlobals());

/** A server that keeps pieces, over a network that loses some; bytes is what came, in order. */
function server(lose: () => 'question' | 'answer' | undefined) {
  const kept: number[] = [];
  let file = '';
  let asked = 0;
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    asked++;
    const lost = lose();
    if (lost === 'question') throw new TypeError('network');
    let answer: Response;
    if (init.method === 'GET') answer = Response.json(file ? { offset: kept.length, file } : { offset: kept.length });
    else {
      const [, from = 0, to = 0, total = 0] = (/bytes (\d+)-(\d+)\/(\d+)/.exec((init.headers as Record<string, string>)['Content-Range'] ?? '') ?? []).map(Number);
      const piece = new Uint8Array(await (init.body as Blob).arrayBuffer());
      expect(piece.length).toBe(to - from + 1);
      expect(address).toContain('when=after');
      if (from > kept.length) answer = Response.json({ detail: 'upload: elsewhere' }, { status: 409 });
      else {
        kept.splice(from, piece.length, ...piece);
        if (kept.length === total) file = 'f00d';
        answer = Response.json({ offset: kept.length }, { status: file ? 201 : 202 });
      }
    }
    if (lost === 'answer') throw new TypeError('network');
    return answer;
  });
  return { kept, asked: () => asked, file: () => file };
}

const bytes = (n: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length: n }, (_, i) => (i * 31) % 251);
const upload = (file: Blob) => ({ incident: 'I-1', name: 'photo-0001', file, called: 'a.jpg', when: 'after' as const });

it('brings a photo whole, however often it breaks off', async () => {
  for (let run = 1; run <= 60; run++) {
    let seed = run;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const s = server(() => (random() < 0.25 ? 'question' : random() < 0.3 ? 'answer' : undefined));
    const data = bytes(1 + Math.floor(random() * 200_000));
    let last = 0;
    for (let tries = 0; !s.file() || last < data.length; tries++) {
      expect(tries).toBeLessThan(200);
      await sendPieces(upload(new Blob([data])), (sent) => { last = sent; }).catch((e: unknown) => { if (!(e instanceof Offline)) throw e; });
    }
    expect(Uint8Array.from(s.kept)).toEqual(data);
  }
});

it('asks once and sends nothing of what is there already', async () => {
  const s = server(() => undefined);
  await sendPieces(upload(new Blob([bytes(100)])), () => {});
  const asked = s.asked();
  await sendPieces(upload(new Blob([bytes(100)])), () => {});
  expect(s.asked()).toBe(asked + 1);
});

it('gives up what the server will not have', async () => {
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => Promise.resolve(init.method === 'GET' ? Response.json({ offset: 0 }) : Response.json({ detail: 'file: it is text' }, { status: 400 })));
  await expect(sendPieces(upload(new Blob(['x'])), () => {})).rejects.toThrow(Problem);
});
