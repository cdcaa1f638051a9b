/** What the phone keeps in IndexedDB: deeds that are to be sent, photos, and what was told last. */
import type { Deed, Shelf } from './outbox';

const stores = ['deeds', 'photos', 'kept'] as const;
type Name = typeof stores[number];

export class PhoneShelf implements Shelf {
  private constructor(private readonly db: IDBDatabase) {}

  /** name tells what one keeps apart from what others do. */
  static open(name: string): Promise<PhoneShelf> {
    return new Promise((done, fail) => {
      const asked = indexedDB.open(name, 1);
      asked.onupgradeneeded = () => stores.forEach((s) => asked.result.createObjectStore(s));
      asked.onsuccess = () => done(new PhoneShelf(asked.result));
      asked.onerror = () => fail(asked.error ?? new Error('indexedDB'));
    });
  }

  deeds(): Promise<Deed[]> {
    return this.run('deeds', 'readonly', (s) => s.getAll() as IDBRequest<Deed[]>);
  }

  async put(deed: Deed): Promise<void> {
    await this.run('deeds', 'readwrite', (s) => s.put(structuredClone(deed), deed.key));
  }

  async remove(key: string): Promise<void> {
    await this.run('deeds', 'readwrite', (s) => s.delete(key));
    await this.run('photos', 'readwrite', (s) => s.delete(key));
  }

  /** The bytes of a photo lie under the key of its deed. */
  async keepPhoto(key: string, photo: Blob): Promise<void> {
    await this.run('photos', 'readwrite', (s) => s.put(photo, key));
  }

  photo(key: string): Promise<Blob | undefined> {
    return this.run('photos', 'readonly', (s) => s.get(key) as IDBRequest<Blob | undefined>);
  }

  async dropPhoto(key: string): Promise<void> {
    await this.run('photos', 'readwrite', (s) => s.delete(key));
  }

  kept<T>(key: string): Promise<T | undefined> {
    return this.run('kept', 'readonly', (s) => s.get(key) as IDBRequest<T | undefined>);
  }

  async keep(key: string, value: unknown): Promise<void> {
    await this.run('kept', 'readwrite', (s) => s.put(value, key));
  }

  /** Forgets all that was told to somebody who leaves; what is yet to be sent stays. */
  async forget(): Promise<void> {
    await this.run('kept', 'readwrite', (s) => s.clear());
  }

  /** Resolves when the transaction is durable, not only when the request is done. */
  private run<T>(store: Name, mode: IDBTransactionMode, ask: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((done, fail) => {
      const t = this.db.transaction(store, mode, { durability: mode === 'readwrite' ? 'strict' : 'default' });
      const asked = ask(t.objectStore(store));
      t.oncomplete = () => done(asked.result);
      t.onerror = t.onabort = () => fail(t.error ?? new Error('indexedDB'));
    });
  }
}
