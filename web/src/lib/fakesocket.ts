import { vi } from 'vitest';

/** The far end of a line: what a server does that no real one can be made to do at will. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  static readonly OPEN = 1;
  readyState = 1;
  sent: Uint8Array[] = [];
  closed = false;
  onmessage: ((m: { data: unknown }) => void) | undefined;
  onclose: (() => void) | undefined;
  constructor(readonly url: string, readonly protocol: string) { FakeSocket.all.push(this); }
  send(b: Uint8Array): void { this.sent.push(b); }
  close(): void { this.closed = true; } // and no answer: the network is gone
  tell(...frames: ArrayBuffer[]): void { for (const data of frames) this.onmessage?.({ data }); }

  /** Lets connections be made to it, for one test. */
  static install(): void {
    FakeSocket.all = [];
    vi.stubGlobal('WebSocket', FakeSocket);
    vi.stubGlobal('location', { protocol: 'http:', host: 'creek' });
    vi.stubGlobal('addEventListener', () => {});
    vi.stubGlobal('window', globalThis);
  }
}
