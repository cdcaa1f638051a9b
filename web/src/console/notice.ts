/** What is urgent and new makes itself heard and seen: a tone, unless it is muted, and a number in the title of the tab. */

const key = 'suhe.console.mute';

/** Two notes, the worse the higher; hertz. */
const notes: Record<number, [number, number]> = { 1: [880, 1174], 2: [660, 880] };

/** How long a note is, in seconds, and how loud of all that there is. */
const long = 0.16;
const loud = 0.2;

/** Tones come no closer than this, in milliseconds: a storm is one alarm, not a siren. */
const apart = 3000;

export class Notice {
  private context: AudioContext | undefined;
  private last = -Infinity;
  private readonly fresh = new Set<string>();

  /** changed is called when there is more or less that nobody looked at, and when it is muted or not. */
  constructor(private readonly changed: () => void) {
    // A browser lets nothing be heard before somebody does something.
    const wake = (): void => {
      this.context ??= new AudioContext();
      void this.context.resume().then(() => this.changed());
      for (const kind of ['pointerdown', 'keydown']) removeEventListener(kind, wake);
    };
    for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, wake);
  }

  get muted(): boolean {
    return localStorage.getItem(key) === 'yes';
  }

  /** Whether a tone could be heard now. */
  get ready(): boolean {
    return this.context?.state === 'running';
  }

  turn(): void {
    localStorage.setItem(key, this.muted ? 'no' : 'yes');
    this.changed();
  }

  /** How many are new that nobody looked at. */
  get count(): number {
    return this.fresh.size;
  }

  /** Something new; severity 1 and 2 are heard. */
  add(id: string, severity: number): void {
    this.fresh.add(id);
    this.tone(severity);
    this.changed();
  }

  /** Somebody looked at it. */
  seen(id: string): void {
    if (this.fresh.delete(id)) this.changed();
  }

  /** What is over is no news. */
  keep(open: ReadonlySet<string>): void {
    for (const id of this.fresh) if (!open.has(id)) this.seen(id);
  }

  private tone(severity: number): void {
    const { context } = this;
    const pitch = notes[severity];
    const now = Date.now();
    if (!context || context.state !== 'running' || !pitch || this.muted || now - this.last < apart) return;
    this.last = now;
    pitch.forEach((hertz, i) => {
      const at = context.currentTime + i * long;
      const [sound, volume] = [context.createOscillator(), context.createGain()];
      sound.frequency.value = hertz;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(loud, at + 0.02);
      volume.gain.linearRampToValueAtTime(0, at + long);
      sound.connect(volume).connect(context.destination);
      sound.start(at);
      sound.stop(at + long);
    });
  }
}
