// Reads an archive with the reader that browsers use: node e2e/pmtiles.mjs FILE.
// What must be in it comes on stdin, as JSON: minZoom, maxZoom, layers (names), count,
// tiles ("z/x/y" to the SHA-256 of the unpacked bytes), none ("z/x/y" without a
// tile). Every failure is one line; the exit code says whether all held.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { PMTiles } from 'pmtiles';

const file = await open(process.argv[2]);
const archive = new PMTiles({
  getKey: () => process.argv[2],
  getBytes: async (offset, length) => {
    const data = new Uint8Array(length);
    const { bytesRead } = await file.read(data, 0, length, offset);
    return { data: data.buffer.slice(0, bytesRead) };
  },
});
const want = JSON.parse(await text(process.stdin));
const got = async (name) => (await archive.getZxy(...name.split('/').map(Number)))?.data;

let failed = 0;
function check(what, value, expected) {
  if (value === expected) return;
  failed++;
  console.log(`FAIL ${what}: ${value}, want ${expected}`);
}

const header = await archive.getHeader();
check('the least zoom', header.minZoom, want.minZoom);
check('the greatest zoom', header.maxZoom, want.maxZoom);
check('clustered', header.clustered, true);
check('the number of tiles', header.numAddressedTiles, want.count);
const metadata = await archive.getMetadata();
check('the layers', metadata.vector_layers.map((l) => l.id).join(), want.layers.join());
for (const [name, sum] of Object.entries(want.tiles)) {
  const data = await got(name);
  check(name, data && createHash('sha256').update(new Uint8Array(data)).digest('hex'), sum);
}
for (const name of want.none) check(name, await got(name), undefined);
await file.close();
process.exitCode = failed > 0 ? 1 : 0;
