/** Brings what was done on the phone to the server. */
import { ask } from '../lib/ask';
import type { Incident } from '../lib/cases';
import type { Courier } from '../lib/outbox';
import { sendPieces } from '../lib/pieces';
import { Problem } from '../lib/problem';
import type { PhoneShelf } from '../lib/shelf';

export function courier(shelf: PhoneShelf): Courier {
  return async (deed, incident, progress) => {
    const headers = { 'Idempotency-Key': deed.key };
    switch (deed.work.kind) {
      case 'new': {
        const { class: of, title, text, place, address } = deed.work;
        // The server knows a report again by its ref also when the key is long forgotten.
        const made = await ask<Incident>('/v1/incidents', {
          method: 'POST', headers, body: { channel: 'patrol', class: of, title, place, ref: deed.key, ...(text ? { text } : {}), ...(address ? { address } : {}) },
        });
        return made.id;
      }
      case 'verb':
        await ask(`/v1/incidents/${encodeURIComponent(incident)}/${deed.work.verb}`, { method: 'POST', headers, body: deed.work.given });
        return incident;
      case 'photo': {
        const file = await shelf.photo(deed.key);
        if (!file) throw new Problem(410, 'the photo is not on this phone any more');
        await sendPieces({ incident, name: deed.key, file, called: deed.work.name, when: deed.work.when }, progress);
        await shelf.dropPhoto(deed.key);
        return incident;
      }
    }
  };
}
