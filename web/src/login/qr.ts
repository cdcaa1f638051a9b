/** A QR code as a picture; the code that makes it is loaded when it is first needed. */

const svg = 'http://www.w3.org/2000/svg';

/** Modules of white around the code, as ISO/IEC 18004 wants them. */
const quiet = 4;

/** The picture of the text, one unit a module, with a name to read out. */
export async function draw(text: string, label: string): Promise<SVGSVGElement> {
  const { encodeQR } = await import('qr');
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: quiet });
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', `0 0 ${rows.length} ${rows.length}`);
  picture.setAttribute('shape-rendering', 'crispEdges');
  picture.setAttribute('role', 'img');
  picture.setAttribute('aria-label', label);
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', outline(rows));
  picture.append(path);
  return picture;
}

/** The dark modules as a path: each run of a row is one box. */
export function outline(rows: boolean[][]): string {
  const runs: string[] = [];
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      runs.push(`M${from} ${y}h${x - from + 1}v1H${from}z`);
    }
  });
  return runs.join('');
}
