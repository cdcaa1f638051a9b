/** Sends a photo in pieces, and goes on where it broke off. */
import { send } from './ask';
import type { LonLat } from './geo';
import { Problem } from './problem';

/** The first piece, and the most, in bytes: what takes about a second is doubled. */
const first = 32 << 10;
const most = 1 << 20;

/** How long a piece should take at most, in milliseconds. */
const quick = 1500;

export interface Upload { incident: string; name: string; file: Blob; called: string; when: 'before' | 'after' }

/** Sends what is not there yet; progress is told how many bytes are. Throws as send does. */
export async function sendPieces(u: Upload, progress: (sent: number) => void): Promise<void> {
  const address = `/v1/incidents/${encodeURIComponent(u.incident)}/uploads/${encodeURIComponent(u.name)}`;
  let { offset, file } = await (await send(address)).json() as { offset: number; file?: string };
  let size = first;
  // Of one that is all there but was not answered the last byte goes again, which finishes it.
  if (!file && offset >= u.file.size) offset = Math.max(0, u.file.size - 1);
  while (!file && offset < u.file.size) {
    progress(offset);
    const end = Math.min(u.file.size, offset + size);
    const began = Date.now();
    const query = new URLSearchParams({ when: u.when, name: u.called });
    try {
      const answer = await send(`${address}?${query}`, {
        method: 'PUT', bytes: u.file.slice(offset, end), headers: { 'Content-Range': `bytes ${offset}-${end - 1}/${u.file.size}` },
      });
      offset = answer.status === 201 ? u.file.size : (await answer.json() as { offset: number }).offset;
    } catch (e) {
      // Another of our own tries came further: go on from where it is.
      if (!(e instanceof Problem) || e.status !== 409) throw e;
      const is = await (await send(address)).json() as { offset: number; file?: string };
      if (is.offset === offset && !is.file) throw e;
      ({ offset, file } = is);
    }
    const took = Date.now() - began;
    size = took < quick / 2 ? Math.min(most, size * 2) : took > quick * 2 ? Math.max(first / 2, size / 2) : size;
  }
  progress(u.file.size);
}

/** What the phone's camera makes is larger than anybody needs: at most so many pixels on the longer side. */
const longest = 1920;

/**
 * Makes a picture fit to be sent: smaller, as JPEG, with when and where it was taken in its
 * head, since drawing it anew leaves out what it said itself. What is no picture that the
 * browser can draw stays as it is.
 */
export async function fit(file: Blob, at: number, place: LonLat | undefined): Promise<Blob> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return file;
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.82));
  if (!made) return file;
  const { withExif } = await import('./exif');
  return withExif(made, at, place);
}
