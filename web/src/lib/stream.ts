/** A live connection that mends itself: it resumes with what it holds. */
import { delay } from './backoff';
import type { Frame, Position, Request, Screen, TileNews, View } from './frames';
import { isLive, type Line } from './line';
import { emptyPicture, held, reaches, reduce, type Picture, type Touched } from './picture';
import { protocol, read, write } from './wire';

/** How long a server that we call, or that has just answered, may be silent, in milliseconds. */
const patience = 10_000;

/** How long it may be silent beyond its heartbeat. */
const late = 5_000;

/** A line that held for so long is not counted as another failure when it breaks, in milliseconds. */
const steady = 10_000;

export interface Listener {
  touched(t: Touched): void;
  tiles(news: TileNews): void;
  line(line: Line): void;
  /** A session of our own has begun; others know us by its name. */
  hello(session: string): void;
  presence(here: Screen[], gone: string[]): void;
  /** The server lets us in no longer: it said so, or it may be why the line did not come to stand. */
  barred(said: boolean): void;
}

/** The close codes of a login that is over and of one who may not look. */
const barring = [4001, 4003];

export const viewId = 'screen';

export class Connection {
  readonly picture: Picture = emptyPicture();
  line: Line = { state: 'connecting' };
  /** When the last frame came, Unix milliseconds; 0 for never. */
  heard = 0;
  private socket: WebSocket | undefined;
  private attempt = 0;
  private timer = 0;
  private silence = patience; // how long is too long, now
  private stirred = 0; // when the socket last gave a sign, Unix milliseconds
  private began = 0; // when the line became live
  private goal: Position | undefined; // until it is reached, what is shown is old
  private greeted = false; // the server has said hello on this socket
  private pace = 0; // ms between two deltas; 0: as we asked for
  private farewell: Extract<Frame, { type: 'bye' }> | undefined;
  /** What was known when the server was last told of the view: all tiles fetched since are at least as new. */
  private looked: Position | undefined;

  constructor(private readonly listener: Listener, private view: View) {
    held(this.picture, viewId);
    addEventListener('online', () => { if (this.line.state === 'reconnecting') this.retry(); });
    setInterval(() => this.watch(), 1000);
    this.open();
  }

  /** Drops the line as a bad network would, for tests. */
  drop(): void {
    this.socket?.close();
  }

  /** Looks at another part of the world. */
  look(view: View): void {
    if (this.view.tiles.length === 0 && view.tiles.length > 0) this.looked = this.picture.position; // no tile was fetched that could be older
    this.view = view;
    if (this.line.state === 'refused') {
      this.subscribe();
      return;
    }
    if (!this.greeted) return; // it is asked for with the first word
    this.send({ type: 'update', id: viewId, ...view, ...(this.looked ? { position: this.looked } : {}) });
    this.looked = this.picture.position;
  }

  /** Sends a request, if there is a line to send it on; who asks for more than a moment asks again on hello. */
  send(request: Request): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(write(request));
  }

  private open(): void {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/stream`, protocol);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.farewell = undefined;
    this.greeted = false;
    this.silence = patience;
    this.stirred = Date.now();
    if (this.line.state === 'reconnecting') this.become({ state: 'reconnecting', next: 0 });
    socket.onmessage = (message) => {
      if (this.socket === socket) this.hear(message.data);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  /** Takes a message. After one that cannot be, nothing that is held is to be trusted: all is asked for anew. */
  private hear(data: unknown): void {
    try {
      if (!(data instanceof ArrayBuffer)) throw new Error('want binary frames');
      this.take(read(data));
    } catch (e) {
      console.warn('stream:', e);
      this.picture.position = undefined;
      this.abandon();
    }
  }

  private take(frame: Frame): void {
    this.heard = this.stirred = Date.now();
    const touched = reduce(this.picture, frame);
    switch (frame.type) {
      case 'hello':
        this.greeted = true;
        this.silence = frame.heartbeat * 1000 + late;
        this.goal = frame.position;
        this.pace = 0;
        this.subscribe();
        this.listener.hello(frame.session);
        break;
      case 'tiles':
        this.listener.tiles(frame);
        break;
      case 'slow':
        this.pace = frame.interval;
        if (isLive(this.line)) this.live();
        break;
      case 'error':
        if (frame.id === viewId) this.become({ state: 'refused', reason: frame.reason });
        break;
      case 'bye':
        this.farewell = frame;
        break;
      case 'presence':
        this.listener.presence(frame.here, frame.gone);
        break;
    }
    if (touched.id === viewId) this.arrive();
    this.listener.touched(touched);
  }

  /** Asks for the view; with a position only the difference comes. */
  private subscribe(): void {
    const { position } = this.picture;
    const fids = [...held(this.picture, viewId).objects.keys()];
    this.goal ??= position ?? { epoch: 0, obs: 0, events: 0 };
    this.send({ type: 'subscribe', id: viewId, ...this.view, ...(position ? { position, held: fids } : {}) });
    this.looked = position;
  }

  /** Objects came: if they are all that there were when we asked, what is shown is live. */
  private arrive(): void {
    if (!this.goal || !reaches(this.picture, this.goal)) return;
    this.goal = undefined;
    this.live();
  }

  private live(): void {
    if (!isLive(this.line)) this.began = Date.now();
    this.become(this.pace > 0 ? { state: 'slow', interval: this.pace } : { state: 'live' });
  }

  private lost(): void {
    this.socket = undefined;
    this.goal = undefined;
    if (isLive(this.line) && Date.now() - this.began > steady) this.attempt = 0;
    const bye = this.farewell;
    if (bye && !bye.reconnect) {
      this.become({ state: 'ended', reason: bye.reason });
      if (barring.includes(bye.code)) this.listener.barred(true);
      return;
    }
    const wait = (bye?.after ?? 0) + delay(this.attempt++, Math.random());
    this.become({ state: 'reconnecting', next: Date.now() + wait });
    this.timer = window.setTimeout(() => this.open(), wait);
    // A page is not told why a handshake failed: the server may be away, or not know us.
    if (!this.greeted) this.listener.barred(false);
  }

  /** Gives a line up without waiting for its end, which may never come. */
  private abandon(): void {
    const socket = this.socket;
    this.lost();
    socket?.close();
  }

  /** Tries at once, also after an end or a pause. */
  retry(): void {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    this.become({ state: 'reconnecting', next: 0 });
    this.open();
  }

  /** Leaves the line until retry: nobody is logged in. */
  pause(): void {
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
    this.become({ state: 'reconnecting', next: 0 });
  }

  /** A server that is silent for too long is not live, whatever the socket says. */
  private watch(): void {
    if (this.socket && Date.now() - this.stirred > this.silence) this.abandon();
  }

  private become(line: Line): void {
    this.line = line;
    this.listener.line(line);
  }
}
