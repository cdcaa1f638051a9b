// A one-time code as an authenticator makes it (RFC 6238, SHA-1, 6 digits, 30 s).
import { createHmac } from 'node:crypto';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytes(base32) {
  let bits = '';
  for (const c of base32) bits += letters.indexOf(c).toString(2).padStart(5, '0');
  return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}

/** The code of now, or so many steps later. */
export function totp(secret, later = 0) {
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const sum = createHmac('sha1', bytes(secret)).update(count).digest();
  return String((sum.readUInt32BE(sum.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
