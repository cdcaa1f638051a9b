/** A live connection that mends itself: it resumes with what it holds. */
import { delay } from './backoff';
import { protocol, readFrame, type Position, type Request, type TileNews, type View } from './frames';
import { emptyPicture, held, reduce, type Picture, type Touched } from './picture';

export type Status = 'connecting' | 'live' | 'reconnecting' | 'stale';

/** How long the server may be silent, in milliseconds; it sends a time frame every 15 s. */
const silence = 20_000;

export interface Listener {
  touched(t: Touched): void;
  tiles(news: TileNews): void;
  status(s: Status): void;
}

const viewId = 'screen';

export class Connection {
  readonly picture: Picture = emptyPicture();
  status: Status = 'connecting';
  /** When the last frame came, Unix milliseconds. */
  heard = 0;
  private socket: WebSocket | undefined;
  private attempt = 0;
  private timer = 0;
  /** What was known when the server was last told of the view: all tiles fetched since are at least as new. */
  private looked: Position | undefined;

  constructor(private readonly listener: Listener, private view: View) {
    held(this.picture, viewId);
    addEventListener('online', () => this.retryNow());
    setInterval(() => this.watch(), 1000);
    this.open();
  }

  /** Drops the line as a bad network would, for tests. */
  drop(): void {
    this.socket?.close();
  }

  /** Looks at another part of the world. */
  look(view: View): void {
    this.view = view;
    this.send({ type: 'update', id: viewId, ...view, ...(this.looked ? { position: this.looked } : {}) });
    this.looked = this.picture.position;
  }

  private open(): void {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/stream`, protocol);
    this.socket = socket;
    socket.onmessage = (message) => this.take(String(message.data));
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private take(text: string): void {
    const frame = readFrame(text);
    this.heard = Date.now();
    const touched = reduce(this.picture, frame);
    if (frame.type === 'hello') {
      this.attempt = 0;
      this.subscribe();
    }
    if (frame.type === 'tiles') this.listener.tiles(frame);
    this.become('live');
    this.listener.touched(touched);
  }

  /** Asks for the view; with a position only the difference comes. */
  private subscribe(): void {
    const fids = [...held(this.picture, viewId).objects.keys()];
    const { position } = this.picture;
    this.send({ type: 'subscribe', id: viewId, ...this.view, ...(position ? { position, held: fids } : {}) });
    this.looked = position;
  }

  private send(request: Request): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(request));
  }

  private lost(): void {
    this.socket = undefined;
    this.become('reconnecting');
    this.timer = window.setTimeout(() => this.open(), delay(this.attempt++, Math.random()));
  }

  private retryNow(): void {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    this.open();
  }

  /** A server that is silent for too long is not live, whatever the socket says. */
  private watch(): void {
    if (this.status === 'live' && Date.now() - this.heard > silence) {
      this.become('stale');
      this.socket?.close();
    }
  }

  private become(status: Status): void {
    if (this.status === status) return;
    this.status = status;
    this.listener.status(status);
  }
}
