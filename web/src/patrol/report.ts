/** A report in three taps: 上报, what it is by its picture (which opens the camera), and send. Where it is the phone knows. */
import { make, say as put } from '../lib/dom';
import { spanText } from '../lib/duty';
import type { LonLat } from '../lib/geo';
import type { Desk } from './desk';
import { old } from './here';
import { icon } from './icons';
import { badge, press } from './parts';
import type { Sheet } from './sheet';
import { say } from './words';

/** What a patrol finds most, in the order of the grid; the rest is behind a button. */
const common = [
  'water.rubbish', 'facility.manhole', 'facility.railing', 'street.rubbish', 'facility.lamp', 'flood.ponding', 'water.discharge', 'street.tree', 'street.parking', 'safety.swimming', 'safety.fire', 'safety.person_in_water',
];

/** How many photos go with one report. */
const photosAtMost = 4;

export class Report {
  private of = '';
  private text = '';
  private photos: File[] = [];
  private all = false;
  private place: HTMLElement | undefined; // where it is said

  /** middle is where the map looks to; sent is told when it is kept. */
  constructor(private readonly sheet: Sheet, private readonly desk: Desk, private readonly middle: () => LonLat, private readonly sent: () => void) {}

  show(): void {
    this.sheet.show(() => {});
    Object.assign(this, { of: '', text: '', photos: [], all: false });
    this.desk.here.ask();
    this.draw();
    this.sheet.part.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
  }

  private draw(): void {
    const lang = this.desk.lang();
    this.sheet.part.replaceChildren(this.sheet.head(say('reportTitle', lang), say('back', lang)), ...(this.of ? this.second() : this.first()));
  }

  /** What is it? */
  private first(): HTMLElement[] {
    const lang = this.desk.lang();
    const codes = this.desk.names.events.map((c) => c.code);
    const shown = this.all ? [...common, ...codes.filter((c) => !common.includes(c))].filter((c) => codes.includes(c)) : common.filter((c) => codes.length === 0 || codes.includes(c));
    const grid = make('ul', { className: 'classes' }, ...shown.map((code) => make('li', {}, this.tile(code))));
    return [make('div', { className: 'scroll' }, make('p', { className: 'hint' }, say('whatIsIt', lang)), grid,
      press('all', say(this.all ? 'fewer' : 'allClasses', lang), () => { this.all = !this.all; this.draw(); }, 'plain'))];
  }

  /** A tile that is a camera: the tap on it opens the phone's. */
  private tile(code: string): HTMLElement {
    const input = this.camera(`class-${code}`, (file) => this.choose(code, file));
    // Who closes the camera without a photo has chosen all the same.
    input.addEventListener('cancel', () => this.choose(code));
    const label = make('label', {}, icon(code), make('span', {}, this.desk.className(code)), input);
    label.dataset.code = code;
    return label;
  }

  private camera(key: string, take: (file: File) => void): HTMLInputElement {
    const input = make('input', { type: 'file', accept: 'image/*' });
    input.setAttribute('capture', 'environment');
    input.dataset.key = key;
    input.addEventListener('change', () => { if (input.files?.[0]) take(input.files[0]); });
    return input;
  }

  private choose(code: string, file?: File): void {
    this.of = code;
    if (file) this.photos.push(file);
    this.draw();
    this.sheet.part.querySelector<HTMLElement>('[data-key=send]')?.focus({ preventScroll: true });
  }

  /** Send it. */
  private second(): HTMLElement[] {
    const lang = this.desk.lang();
    const text = make('textarea', { rows: 3, maxLength: 500, value: this.text, placeholder: say('describe', lang), ariaLabel: say('describe', lang) });
    text.dataset.key = 'text';
    text.addEventListener('input', () => { this.text = text.value; });
    const camera = make('label', { className: 'taker' }, icon('camera'), make('span', {}, say(this.photos.length > 0 ? 'another' : 'takePhoto', lang)), this.camera('camera', (file) => {
      this.photos.push(file);
      this.draw();
    }));
    return [
      make('div', { className: 'scroll' },
        make('p', { className: 'chosen' }, badge(this.of, 0), make('strong', {}, this.desk.className(this.of))),
        make('div', { className: 'gallery' }, ...this.photos.map((p, i) => this.shot(p, i)), ...(this.photos.length < photosAtMost ? [camera] : [])),
        this.where(), text),
      make('footer', {}, press('send', say('send', lang), () => void this.send(), 'primary')),
    ];
  }

  private shot(file: File, i: number): HTMLElement {
    const img = make('canvas', { width: 220, height: 220 });
    img.role = 'img';
    img.ariaLabel = say('photo', this.desk.lang());
    void createImageBitmap(file).then((b) => {
      const scale = Math.max(220 / b.width, 220 / b.height);
      img.getContext('2d')?.drawImage(b, (220 - b.width * scale) / 2, (220 - b.height * scale) / 2, b.width * scale, b.height * scale);
    }, () => undefined);
    const remove = press(`remove-${i}`, '', () => { this.photos.splice(i, 1); this.draw(); }, 'round remove', 'cross');
    remove.ariaLabel = say('removePhoto', this.desk.lang());
    return make('figure', {}, img, remove);
  }

  /** Where it is: what the phone says, or the middle of the map. */
  private where(): HTMLElement {
    this.place = make('span');
    this.moved();
    return make('p', { className: 'where' }, icon('around'), this.place);
  }

  /** The phone has said where it is. */
  moved(): void {
    const lang = this.desk.lang();
    const { fix } = this.desk.here;
    const age = fix ? Date.now() - fix.time : 0;
    const text = fix ? (age > old ? say('placeOld', lang, { t: spanText(age, lang) }) : say('placeFrom', lang, { n: Math.max(1, Math.round(fix.accuracy)) })) : say('placeNone', lang);
    if (this.place) put(this.place, text);
  }

  private async send(): Promise<void> {
    const at = this.desk.here.at ?? this.middle();
    const { of, text, photos } = this;
    this.sheet.hide();
    this.sent();
    await this.desk.report(of, at, text.trim(), photos);
  }
}
