/** Writes into a JPEG when and where it was taken (Exif 2.32, CIPA DC-008): what the server holds against the incident. */
import type { LonLat } from './geo';

/** The JPEG with an Exif segment behind its first marker. */
export async function withExif(jpeg: Blob, at: number, place: LonLat | undefined): Promise<Blob> {
  const head = new Uint8Array(await jpeg.slice(0, 2).arrayBuffer());
  if (head[0] !== 0xff || head[1] !== 0xd8) return jpeg;
  const body = exif(at, place);
  const length = body.length + 2;
  return new Blob([head, new Uint8Array([0xff, 0xe1, length >> 8, length & 255]), body, jpeg.slice(2)], { type: 'image/jpeg' });
}

/** An entry of a directory: its tag, its type, how many, and four bytes or where the value lies. */
type Entry = [tag: number, type: number, count: number, value: Uint8Array];

const ascii = (tag: number, text: string): Entry => [tag, 2, text.length + 1, new TextEncoder().encode(`${text}\0`)];

const long = (tag: number, n: number): Entry => [tag, 4, 1, big([n], 4)];

/** Ratios of two whole numbers. */
const ratios = (tag: number, all: [number, number][]): Entry => [tag, 5, all.length, big(all.flat(), 4)];

function big(numbers: number[], size: 2 | 4): Uint8Array {
  const out = new DataView(new ArrayBuffer(numbers.length * size));
  numbers.forEach((n, i) => (size === 2 ? out.setUint16(i * 2, n) : out.setUint32(i * 4, n)));
  return new Uint8Array(out.buffer);
}

/** The segment: the head of TIFF, then the main directory, that of the photo and that of the place, each with its values behind it. */
function exif(at: number, place: LonLat | undefined): Uint8Array<ArrayBuffer> {
  const zone = 8; // Shanghai, whatever the phone's is
  const iso = new Date(at + zone * 3600_000).toISOString();
  const taken = `${iso.slice(0, 10).replaceAll('-', ':')} ${iso.slice(11, 19)}`;
  const photo: Entry[] = [ascii(0x9003, taken), ascii(0x9011, '+08:00')];
  const angle = (v: number): [number, number][] => {
    const [d, m] = [Math.floor(Math.abs(v)), Math.floor((Math.abs(v) % 1) * 60)];
    return [[d, 1], [m, 1], [Math.round((Math.abs(v) - d - m / 60) * 3600 * 10_000), 10_000]];
  };
  const gps: Entry[] = place ? [ascii(1, place[1] < 0 ? 'S' : 'N'), ratios(2, angle(place[1])), ascii(3, place[0] < 0 ? 'W' : 'E'), ratios(4, angle(place[0]))] : [];
  const main = (exifAt: number, gpsAt: number): Entry[] => [long(0x8769, exifAt), ...(place ? [long(0x8825, gpsAt)] : [])];
  const start = 8;
  const photoAt = start + folder(main(0, 0), start).length;
  const gpsAt = photoAt + folder(photo, photoAt).length;
  const parts = [new TextEncoder().encode('Exif\0\0MM\0*'), big([start], 4), folder(main(photoAt, gpsAt), start), folder(photo, photoAt), ...(place ? [folder(gps, gpsAt)] : [])];
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let n = 0;
  for (const p of parts) {
    out.set(p, n);
    n += p.length;
  }
  return out;
}

/** A directory that begins at an offset of the head, with the values that do not fit into four bytes. */
function folder(entries: Entry[], at: number): Uint8Array {
  const rows: Uint8Array[] = [big([entries.length], 2)];
  const values: Uint8Array[] = [];
  let behind = at + 2 + entries.length * 12 + 4;
  for (const [tag, type, count, value] of entries) {
    const near = new Uint8Array(4);
    if (value.length <= 4) near.set(value);
    else {
      near.set(big([behind], 4));
      values.push(value);
      behind += value.length;
    }
    rows.push(big([tag, type], 2), big([count], 4), near);
  }
  const all = [...rows, new Uint8Array(4), ...values];
  const out = new Uint8Array(all.reduce((n, p) => n + p.length, 0));
  let n = 0;
  for (const p of all) {
    out.set(p, n);
    n += p.length;
  }
  return out;
}
