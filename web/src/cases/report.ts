/** Reports an incident: by which channel, what, and where, with a photo of it. */
import { report, upload, type Finding } from '../lib/cases';
import type { Named } from '../lib/api';
import { button, make, say as put } from '../lib/dom';
import type { LonLat } from '../lib/geo';
import { choose, word, type Lang } from '../lib/i18n';
import { Problem } from '../lib/problem';
import { channelWord, say } from '../lib/casewords';

/** What the form needs around it. */
export interface Around {
  lang(): Lang;
  classes(): Named[];
  channels(): string[]; // by which people report
  middle(): LonLat; // of what the map shows
  place(): Promise<LonLat | undefined>; // of the next click on the map; nothing if it was called off
  done(id: string): void;
}

export class ReportForm {
  protected readonly dialog = make('dialog', { id: 'report', className: 'deed' });
  private readonly told = make('p', { className: 'told', role: 'status' });
  private where = make('output', { id: 'report-place', name: 'place' });
  protected at: LonLat = [0, 0];

  constructor(protected readonly around: Around) {
    document.body.append(this.dialog);
  }

  open(): void {
    this.at = this.around.middle();
    put(this.told, '');
    this.draw();
    this.dialog.showModal();
  }

  /** What a page asks besides, after the place; none here. */
  protected more(_lang: Lang): HTMLElement[] {
    return [];
  }

  /** What is reported, of what was asked besides. */
  protected given(_text: (name: string) => string): Partial<Finding> {
    return {};
  }

  /** By what channel one reports as a rule. */
  protected usual(): string {
    return 'grid';
  }

  /** It is at another place now. */
  protected placed(at: LonLat): void {
    this.at = at;
    put(this.where, this.said());
  }

  private draw(): void {
    const lang = this.around.lang();
    const choice = (name: string, label: string, all: [string, string][], chosen: string): HTMLElement[] => {
      const box = make('select', { id: `report-${name}`, name, required: true }, ...all.map(([value, text]) => make('option', { value }, text)));
      if (all.some(([value]) => value === chosen)) box.value = chosen;
      return [make('div', { className: 'field' }, make('label', { htmlFor: box.id }, label), box)];
    };
    const field = (label: string, box: HTMLElement): HTMLElement => make('div', { className: 'field' }, make('label', { htmlFor: box.id }, label), box);
    this.where = make('output', { id: 'report-place', name: 'place' }, this.said());
    const send = make('button', { type: 'submit', className: 'primary' }, say('ok', lang));
    const form = make('form', { method: 'dialog' }, make('h2', { id: 'report-title' }, say('reportCase', lang)),
      ...choice('channel', say('channel', lang), this.around.channels().map((c) => [c, channelWord(c, lang)]), this.usual()),
      ...choice('class', word('class', lang), this.around.classes().map((c) => [c.code, choose([c.name, c.nameEn], lang)]), ''),
      make('div', { className: 'field' }, make('label', { htmlFor: this.where.id }, say('place', lang)), this.where, button(say('onMap', lang), () => void this.pick())),
      ...this.more(lang),
      field(say('what', lang), make('input', { id: 'report-what', name: 'title', maxLength: 60, autocomplete: 'off' })),
      field(say('text', lang), make('textarea', { id: 'report-text', name: 'text', rows: 3, maxLength: 1000 })),
      field(say('photo', lang), make('input', { id: 'report-photo', name: 'photo', type: 'file', accept: 'image/*' })),
      this.told, make('div', { className: 'ways' }, button(word('cancel', lang), () => this.dialog.close()), send));
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.send(new FormData(form), send);
    });
    this.dialog.setAttribute('aria-labelledby', 'report-title');
    this.dialog.replaceChildren(form);
  }

  private said(): string {
    return this.at.map((v) => v.toFixed(5)).join(', ');
  }

  /** Lets the map be clicked meanwhile; what was written stays. */
  private async pick(): Promise<void> {
    this.dialog.close();
    this.placed(await this.around.place() ?? this.at);
    this.dialog.showModal();
  }

  private async send(data: FormData, send: HTMLButtonElement): Promise<void> {
    const lang = this.around.lang();
    const text = (name: string): string => data.get(name)?.toString().trim() ?? '';
    const found: Finding = { channel: text('channel'), class: text('class'), place: this.at, ...this.given(text) };
    if (text('title')) found.title = text('title');
    if (text('text')) found.text = text('text');
    const photo = data.get('photo');
    send.disabled = true;
    let id = '';
    try {
      ({ id } = await report(found));
      if (photo instanceof File && photo.size > 0) await upload(id, photo, 'before');
      this.dialog.close();
    } catch (e) {
      const why = e instanceof Problem ? e.message : say('away', lang);
      this.told.dataset.trouble = 'true';
      put(this.told, (id ? say('photoLost', lang, { id }) : say('notReported', lang)) + why);
    } finally {
      send.disabled = id !== ''; // it is there: once more would be another
      if (id) this.around.done(id);
    }
  }
}
