/** How often the scene is drawn, and how finely: what the machine can do, and no more, so that the page answers. */

/** Between two frames at least, in milliseconds: 30 a second. */
const fastest = 33;
/** However slow a machine is, in milliseconds. */
const slowest = 1000;
/** What a frame costs a machine without a graphics processor, in milliseconds: beyond it the picture is made coarser. */
const heavy = 90;
const light = 30;
/** A verdict needs so many frames. */
const enough = 20;
/** Device pixels by CSS pixels: how fine at best, and how coarse at worst. A wall of 4K has 8.3 million. */
const finest = 8_300_000;
const coarsest = 0.5;

export class Pace {
  private mean = fastest;
  private all = 0;
  private frames = 0;
  private coarse = 1;

  /** Takes what a frame cost, in milliseconds. */
  took(ms: number): void {
    this.mean += (Math.min(ms, slowest) - this.mean) * Math.max(0.1, 1 / ++this.all); // the first is believed: a slow machine has the rest of the page to begin
    this.frames++;
    if (this.frames < enough) return;
    this.frames = 0;
    if (this.mean > heavy) this.coarse = Math.max(coarsest, this.coarse - 0.25);
    else if (this.mean < light) this.coarse = Math.min(1, this.coarse + 0.25);
  }

  /** Until the next frame begins, in milliseconds: as long as the last took at least, so that half of the time is for all else. */
  wait(): number {
    return Math.min(slowest, Math.max(fastest, this.mean));
  }

  /** Device pixels by CSS pixels for a map of so many CSS pixels, on a screen that has so many by itself. */
  ratio(width: number, height: number, device: number): number {
    const full = Math.min(device, 2, Math.sqrt(finest / Math.max(1, width * height)));
    return Math.max(coarsest, Number((full * this.coarse).toFixed(2)));
  }
}

/** Says when no frame has come for so long that somebody must do something: first to draw again, then to begin anew. Pure of time. */
export class Watchdog {
  private last: number;
  private nudged = false;

  constructor(now: number, private readonly patience = 20_000) {
    this.last = now;
  }

  frame(now: number): void {
    this.last = now;
    this.nudged = false;
  }

  /** What is to be done now. A page that is not seen draws nothing, and need not. */
  watch(now: number, seen: boolean): 'nudge' | 'restart' | undefined {
    if (!seen) {
      this.last = now;
      return undefined;
    }
    const still = now - this.last;
    if (still > 3 * this.patience) return 'restart';
    if (still > this.patience && !this.nudged) {
      this.nudged = true;
      return 'nudge';
    }
    return undefined;
  }
}
