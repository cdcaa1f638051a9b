/** Photos and files of an incident, before and after the work, and how one more comes to them. */
import { fileAddress, upload, type Incident } from '../lib/cases';
import { isAfter } from '../lib/deeds';
import { make } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { noteWord, say } from '../lib/casewords';

/** The pictures that are kept, each in the group of when it was taken. */
export function gallery(i: Incident, lang: Lang): HTMLElement[] {
  const files = (i.evidence ?? []).filter((e) => e.kind === 'file');
  return (['before', 'after'] as const).flatMap((when) => {
    const some = files.filter((e) => (e.when ?? 'before') === when);
    if (some.length === 0) return [];
    const group = make('div', { className: 'gallery' }, make('h4', {}, say(when, lang)), ...some.map((e) => {
      const at = instant(e.taken ?? e.at);
      const caption = [e.name, at === undefined ? '' : stamp(at).slice(5, 16), ...(e.notes ?? []).map((n) => noteWord(n, lang))].filter(Boolean).join(' · ');
      const address = fileAddress(i.id, e.ref);
      return make('a', { href: address, target: '_blank', rel: 'noopener' },
        e.type?.startsWith('image/') ? make('img', { src: address, alt: caption || say(when, lang), loading: 'lazy' }) : make('span', {}, caption || e.ref));
    }));
    group.dataset.when = when;
    return [group];
  });
}

/** The form that sends a photo; it stays the same element while the card around it is drawn anew. */
export class Uploader {
  readonly form: HTMLFormElement;
  private readonly file = make('input', { type: 'file', id: 'case-file', name: 'file', accept: 'image/*,application/pdf', required: true });
  private readonly label = make('label', { htmlFor: 'case-file' });
  private readonly when = make('select', { name: 'when' });
  private readonly send = make('button', { type: 'submit' });
  private incident: Incident | undefined;

  /** done is told what came of it: nothing if it is there, else why it is not. */
  constructor(private readonly lang: () => Lang, private readonly done: (trouble: unknown) => void) {
    this.form = make('form', { className: 'upload' }, this.label, this.file, this.when, this.send);
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.submit();
    });
  }

  /** Is about this incident from now on; what was chosen for another, or before work began, is forgotten. */
  about(i: Incident): void {
    const lang = this.lang();
    const was = this.incident;
    this.incident = i;
    const chosen = this.when.value;
    this.label.textContent = say('chooseFile', lang);
    this.when.setAttribute('aria-label', say('files', lang));
    this.when.replaceChildren(...(['before', 'after'] as const).map((w) => make('option', { value: w }, say(w, lang))));
    this.when.value = chosen;
    if (was?.id !== i.id || isAfter(was) !== isAfter(i)) this.empty(i);
    if (!this.send.disabled) this.send.textContent = say('upload', lang);
  }

  private empty(i: Incident): void {
    this.form.reset();
    this.when.value = isAfter(i) ? 'after' : 'before';
  }

  private async submit(): Promise<void> {
    const file = this.file.files?.[0];
    const { incident } = this;
    if (!file || !incident) return;
    this.send.disabled = true;
    this.send.textContent = say('uploading', this.lang());
    try {
      await upload(incident.id, file, this.when.value === 'after' ? 'after' : 'before');
      if (this.incident?.id === incident.id) this.empty(this.incident);
      this.done(undefined);
    } catch (e) {
      this.done(e);
    } finally {
      this.send.disabled = false;
      if (this.incident) this.about(this.incident);
    }
  }
}
