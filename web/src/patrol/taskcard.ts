/** An incident on the phone: what it is, how to get there, its photos, and what drives it on under the thumb. */
import { fileAddress, type Evidence } from '../lib/cases';
import { wanting } from '../lib/deeds';
import { make } from '../lib/dom';
import type { Deed } from '../lib/outbox';
import { instant, stamp } from '../lib/time';
import { DeedForm } from '../lib/deedform';
import { severityWord, verbWord } from '../lib/casewords';
import type { Page } from './book';
import type { Desk } from './desk';
import { icon } from './icons';
import { badge, clockPart, looks, press, redraw, stateChip, wayPart } from './parts';
import type { Sheet } from './sheet';
import { say, type PatrolWord } from './words';

/** What stands under the thumb, in large; the first that may be done. */
const main: Record<string, PatrolWord> = { accept: 'take', handle: 'begin', resume: 'resume', report: 'feedback' };

/** Of the rest what a phone offers. */
const rest = ['return', 'contact', 'suspend', 'extend', 'comment', 'check', 'rework', 'close'];

export class TaskCard {
  private id = '';
  private remark = '';
  private readonly form: DeedForm;
  private readonly urls = new Map<string, string>(); // of photos that are on this phone alone

  constructor(private readonly sheet: Sheet, private readonly desk: Desk, private readonly navigate: (id: string) => void) {
    this.form = new DeedForm(desk.lang);
  }

  show(id: string): void {
    this.sheet.show(() => this.put());
    this.id = id;
    this.remark = '';
    this.draw(Date.now());
    this.sheet.part.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
    void this.desk.book.look(id);
  }

  draw(now: number): void {
    const { id, desk } = this;
    if (!id) return;
    const lang = desk.lang();
    const row = desk.book.row(id);
    const page = desk.book.page(id);
    const task = row ?? (page && { ...page.incident, ...page.incident.what });
    const may = desk.may(id);
    const waiting = desk.outbox.pending(id);
    if (!task) {
      redraw(this.sheet.part, [lang, id], () => [this.sheet.head(id, say('back', lang)), make('div', { className: 'empty' }, icon('cloud'), make('p', {}, say('away', lang)))]);
      return;
    }
    const is = { ...task, state: desk.state(task) };
    const shows = [lang, looks(desk, { task: is, mine: true, metres: undefined }, now), page?.incident.rev, may, waiting.map((d) => [d.key, d.state, sentShare(d)])];
    redraw(this.sheet.part, shows, () => [
      this.sheet.head(is.title, say('back', lang), badge(is.class, is.severity)),
      make('div', { className: 'scroll' },
        make('div', { className: 'top' }, make('p', { className: 'line' }, stateChip(is.state, lang), make('span', { className: 'chip' }, severityWord(is.severity, lang)),
          ...(page?.incident.task?.supervised ? [make('span', { className: 'chip bad' }, say('nowIs', lang, { s: verbWord('supervise', lang) }))] : [])), clockPart(is, now, lang)),
        make('div', { className: 'go' }, wayPart(desk, id, is.place), press('navigate', say('navigate', lang), () => this.navigate(id), '', 'arrow')),
        ...this.troubles(waiting), ...this.photos(page, may), ...this.about(page), ...this.history(page)),
      this.thumb(page, may, is.title),
    ]);
  }

  /** The buttons under the thumb. */
  private thumb(page: Page | undefined, may: string[], title: string): HTMLElement {
    const lang = this.desk.lang();
    const verb = may.find((v) => v in main);
    const short = verb === 'report' ? this.short(page) : 0;
    const first = verb ? press(`do-${verb}`, short > 0 ? say('wanting', lang, { n: short }) : say(main[verb]!, lang), () => void this.go(verb, title), 'primary') : undefined;
    if (first) first.disabled = short > 0;
    const others = may.filter((v) => rest.includes(v));
    const more = make('details', { className: 'more' }, make('summary', {}, say('moreDeeds', lang)),
      make('div', {}, ...others.map((v) => press(`do-${v}`, verbWord(v, lang), () => void this.ask(v, title, page)))));
    return make('footer', {}, ...(verb === 'report' ? [this.remarkField()] : []), ...(first ? [first] : []), ...(others.length > 0 ? [more] : []));
  }

  private remarkField(): HTMLElement {
    const area = make('textarea', { rows: 2, maxLength: 300, value: this.remark, placeholder: say('remark', this.desk.lang()) });
    area.ariaLabel = say('remark', this.desk.lang());
    area.dataset.key = 'remark';
    area.addEventListener('input', () => { this.remark = area.value; });
    return area;
  }

  /** How many photos of after are wanting, those counted that wait to be sent. */
  private short(page: Page | undefined): number {
    if (!page) return 0;
    return Math.max(0, wanting(page.incident) - this.desk.unsent(this.id, 'after').filter((d) => d.state !== 'refused').length);
  }

  private async go(verb: string, title: string): Promise<void> {
    const reason = this.remark.trim();
    await this.desk.act(this.id, title, verb, verb === 'report' && reason ? { reason } : {});
    if (verb === 'report') this.sheet.hide();
  }

  private async ask(verb: string, title: string, page: Page | undefined): Promise<void> {
    const { id } = this;
    const given = await this.form.ask(verb, { title, severity: page?.incident.what.severity ?? 0, incident: page?.incident });
    if (given) await this.desk.act(id, title, verb, { ...given });
  }

  /** What was refused, where it is seen. */
  private troubles(waiting: Deed[]): HTMLElement[] {
    return waiting.filter((d) => d.state === 'refused').map((d) => make('p', { className: 'trouble', role: 'alert' }, `${workWord(d, this.desk)}：${d.why ?? ''}`));
  }

  private photos(page: Page | undefined, may: string[]): HTMLElement[] {
    const lang = this.desk.lang();
    const after = may.includes('report') || ['handling', 'rework', 'accepted'].includes(page?.incident.state ?? '');
    const groups = (['before', 'after'] as const).map((when) => {
      const kept = (page?.incident.evidence ?? []).filter((e) => e.kind === 'file' && (e.when ?? 'before') === when);
      const own = this.desk.unsent(this.id, when);
      const g = make('div', { className: 'gallery' }, make('h3', {}, say(when, lang)),
        ...kept.map((e) => this.keptPhoto(e, say(when, lang))), ...own.map((d) => this.ownPhoto(d)),
        ...(this.desk.reports && (when === 'after') === after ? [this.taker(when)] : []));
      g.dataset.when = when;
      return g;
    });
    return [make('section', { className: 'photos' }, ...groups.filter((g) => g.childElementCount > 1))];
  }

  private keptPhoto(e: Evidence, alt: string): HTMLElement {
    const at = instant(e.taken ?? e.at);
    const address = fileAddress(this.id, e.ref);
    const caption = at === undefined ? alt : `${alt} ${stamp(at).slice(5, 16)}`;
    return make('a', { href: address, target: '_blank', rel: 'noopener', ariaLabel: caption },
      e.type?.startsWith('image/') ? make('img', { src: address, alt: caption, loading: 'lazy' }) : make('span', {}, e.name ?? caption));
  }

  private ownPhoto(d: Deed): HTMLElement {
    const lang = this.desk.lang();
    const img = make('img', { alt: say('waitingToSend', lang) });
    void this.url(d.key).then((u) => { if (u) img.src = u; });
    const f = make('figure', {}, img, make('figcaption', {}, d.state === 'sending' ? say('sending', lang, { p: `${sentShare(d)} %` }) : say(d.state === 'refused' ? 'refused' : 'waitingToSend', lang)));
    f.dataset.state = d.state;
    return f;
  }

  private async url(key: string): Promise<string | undefined> {
    const known = this.urls.get(key);
    if (known) return known;
    const photo = await this.desk.shelf.photo(key);
    if (!photo) return undefined;
    const made = await dataURL(photo);
    this.urls.set(key, made);
    return made;
  }

  /** A button that opens the camera. */
  private taker(when: 'before' | 'after'): HTMLElement {
    const lang = this.desk.lang();
    const input = make('input', { type: 'file', accept: 'image/*', id: `take-${when}` });
    input.setAttribute('capture', 'environment');
    input.dataset.key = `take-${when}`;
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      const title = this.desk.book.row(this.id)?.title ?? this.id;
      if (file) void this.desk.photo(this.id, title, file, when);
    });
    return make('label', { className: 'taker' }, icon('camera'), make('span', {}, say(when === 'after' ? 'photoAfter' : 'photoBefore', lang)), input);
  }

  private about(page: Page | undefined): HTMLElement[] {
    if (!page) return [];
    const lang = this.desk.lang();
    const { what, id, task } = page.incident;
    const rows: [PatrolWord, string | undefined][] = [['text', what.text], ['address', what.address], ['class', this.desk.className(what.class)], ['unit', task?.unit], ['number', id]];
    return [make('section', {}, make('h3', {}, say('details', lang)), make('dl', {}, ...rows.filter(([, v]) => v).flatMap(([k, v]) => [make('dt', {}, say(k, lang)), make('dd', {}, v ?? '')])))];
  }

  private history(page: Page | undefined): HTMLElement[] {
    const lang = this.desk.lang();
    const rows = [...page?.steps ?? []].reverse().map((s) => {
      const at = instant(s.at);
      const row = make('li', {}, make('strong', {}, verbWord(s.verb, lang)), make('time', { dateTime: s.at }, at === undefined ? '' : stamp(at).slice(5, 16)), ...(s.reason ? [make('p', {}, s.reason)] : []));
      row.dataset.verb = s.verb;
      return row;
    });
    return rows.length === 0 ? [] : [make('section', { className: 'history' }, make('h3', {}, say('history', lang)), make('ol', {}, ...rows))];
  }

  private put(): void {
    this.id = '';
    this.urls.clear();
  }
}

/** A picture as an address: blob: addresses the policy of the page does not let in. */
function dataURL(blob: Blob): Promise<string> {
  return new Promise((done, fail) => {
    const r = new FileReader();
    r.onload = () => done(String(r.result));
    r.onerror = () => fail(r.error ?? new Error('file'));
    r.readAsDataURL(blob);
  });
}

/** How much of a photo is there, in per cent. */
export function sentShare(d: Deed): number {
  return d.work.kind === 'photo' ? Math.round((100 * d.work.sent) / Math.max(1, d.work.size)) : 0;
}

/** What a deed is, in a word. */
export function workWord(d: Deed, desk: Desk): string {
  const lang = desk.lang();
  switch (d.work.kind) {
    case 'new': return say('newOne', lang);
    case 'photo': return `${say('photo', lang)} · ${say(d.work.when, lang)}`;
    case 'verb': return verbWord(d.work.verb, lang);
  }
}

