/** Sends somebody: who is advised, in a list and on the map, and a press on either sends him. */
import { Marker, type Map as MapLibre } from 'maplibre-gl';
import * as cases from '../lib/cases';
import { say as caseWord } from '../lib/casewords';
import { button, make, say as put } from '../lib/dom';
import type { Live } from '../lib/frames';
import { around as boxAround, distance, offset, type LonLat } from '../lib/geo';
import { word, type Lang } from '../lib/i18n';
import type { Touched } from '../lib/picture';
import { Problem } from '../lib/problem';
import { tooLate } from './meanwhile';
import type { Pins } from './pins';
import { said } from './words';

export interface Around {
  lang(): Lang;
  objects(): Iterable<Live>; // what the stream shows
  sent(id: string): void;
  closed(): void;
}

/** To whom. */
interface To { person?: string; unit?: string; name: string }

type Person = cases.Advice['people'][number];

/** How often advice is asked for again: people walk. In milliseconds. */
const again = 10_000;

/** So many of the nearest the map shows at least. */
const near = 4;

/** So far around the incident the map shows at least, and at most, in metres. */
const least = 250;
const most = 2500;

export class Dispatch {
  private incident: cases.Incident | undefined;
  private verb = 'dispatch';
  private advice: cases.Advice | undefined;
  private chosen: To | undefined;
  private sending = false;
  private readonly told = make('p', { className: 'told', role: 'status' });
  private readonly marks = new Map<string, { mark: Marker; box: HTMLButtonElement }>(); // by mover
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly panel: HTMLElement, private readonly map: MapLibre, private readonly pins: Pins, private readonly around: Around) {}

  get open(): boolean {
    return this.incident !== undefined;
  }

  /** Begins with an incident; whether it can be dispatched. */
  async begin(id: string): Promise<boolean> {
    const i = await cases.incident(id);
    const verb = (['dispatch', 'reassign'] as const).find((v) => i.may?.includes(v));
    if (!verb) return false;
    const advice = await cases.advice(id);
    this.close();
    this.incident = i;
    this.verb = verb;
    this.advice = advice;
    put(this.told, '');
    this.draw();
    this.frame();
    this.timer = setInterval(() => void this.renew(), again);
    this.panel.querySelector<HTMLElement>('.people button, .units button')?.focus();
    return true;
  }

  close(): void {
    if (!this.incident) return;
    clearInterval(this.timer);
    this.incident = this.advice = this.chosen = undefined;
    for (const { mark } of this.marks.values()) mark.remove();
    this.marks.clear();
    this.pins.tie([]);
    this.panel.hidden = true;
    this.around.closed();
  }

  /** Something that moves was pressed on the map. */
  pick(mover: string, name: string): void {
    const p = this.advice?.people.find((x) => x.mover === mover);
    if (p) this.choose({ person: p.person, ...(p.unit ? { unit: p.unit } : {}), name: p.name || p.person });
    else this.tell(said('notAdvised', this.around.lang(), { name }), true);
  }

  /** Takes where people are now. */
  take(t: Touched): void {
    if (!this.incident) return;
    const known = new Set(this.advice?.people.map((p) => p.mover));
    if (t.changes.some(({ is }) => is && known.has(is.id))) this.place();
  }

  speak(): void {
    if (this.incident) this.draw();
  }

  private async renew(): Promise<void> {
    const { incident } = this;
    if (!incident || this.sending || this.chosen) return;
    try {
      const advice = await cases.advice(incident.id);
      if (this.incident?.id !== incident.id || this.chosen) return;
      this.advice = advice;
      this.draw();
    } catch {
      // What was advised stays; the sign tells of a server that is away.
    }
  }

  private choose(to: To): void {
    this.chosen = to;
    this.draw();
    this.panel.querySelector<HTMLElement>('form textarea')?.focus();
  }

  private load(n: number, lang: Lang): string {
    return n === 0 ? said('free', lang) : caseWord('load', lang, { n });
  }

  private about(p: Person, lang: Lang): string {
    return [p.unit, caseWord('metres', lang, { n: Math.round(p.distance) }), this.load(p.load, lang)].filter(Boolean).join(' · ');
  }

  private draw(): void {
    const { incident, advice } = this;
    if (!incident || !advice) return;
    const lang = this.around.lang();
    const heading = make('h2', { id: 'dispatch-title' }, `${said(this.verb === 'reassign' ? 'reassignTitle' : 'dispatchTitle', lang)} · ${incident.what.title}`);
    const focused = document.activeElement instanceof HTMLElement && this.panel.contains(document.activeElement) ? document.activeElement.dataset.to : undefined;
    this.panel.setAttribute('aria-labelledby', heading.id);
    this.panel.replaceChildren(
      make('header', {}, heading, button(word('close', lang), () => this.close())),
      ...(this.chosen ? [this.confirm(this.chosen, lang)] : this.choices(advice, lang)), this.told);
    this.panel.hidden = false;
    if (focused) this.panel.querySelector<HTMLElement>(`[data-to="${CSS.escape(focused)}"]`)?.focus();
    this.place();
  }

  private choices({ people, units }: cases.Advice, lang: Lang): HTMLElement[] {
    const one = (name: string, about: string, key: string, to: To): HTMLElement => {
      const b = button('', () => this.choose(to));
      b.append(make('strong', {}, name), make('small', {}, about));
      b.dataset.to = key;
      return make('li', {}, b);
    };
    const why = (u: string): string => (u === 'owner' || u === 'area' || u === 'class' ? caseWord(u, lang) : u);
    const own = make('input', { name: 'unit', maxLength: 40, autocomplete: 'off', required: true, ariaLabel: said('ownUnit', lang), placeholder: said('ownUnit', lang) });
    const other = make('form', { className: 'other' }, own, make('button', { type: 'submit' }, caseWord('ok', lang)));
    other.addEventListener('submit', (e) => {
      e.preventDefault();
      const unit = own.value.trim();
      if (unit) this.choose({ unit, name: unit });
    });
    return [
      make('p', { className: 'hint' }, said('dispatchHint', lang)),
      make('h3', {}, said('people', lang)),
      people.length === 0 ? make('p', { className: 'hint' }, caseWord('nobody', lang))
        : make('ol', { className: 'people' }, ...people.map((p) => one(p.name || p.person, this.about(p, lang), p.mover, { person: p.person, ...(p.unit ? { unit: p.unit } : {}), name: p.name || p.person }))),
      make('h3', {}, said('units', lang)),
      make('ul', { className: 'units' }, ...units.map((u) => one(u.unit, [why(u.why), this.load(u.load, lang)].join(' · '), `unit ${u.unit}`, { unit: u.unit, name: u.unit }))),
      other,
    ];
  }

  private confirm(to: To, lang: Lang): HTMLElement {
    const must = this.verb === 'reassign';
    const box = make('textarea', { id: 'dispatch-reason', name: 'reason', rows: 2, maxLength: 500, required: must });
    const send = make('button', { type: 'submit', className: 'primary' }, said('send', lang, { to: to.name }));
    const form = make('form', {}, make('label', { htmlFor: box.id }, caseWord(must ? 'reason' : 'remark', lang)), box, make('div', { className: 'ways' },
      button(said('back', lang), () => {
        this.chosen = undefined;
        this.draw();
      }), send));
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.send(to, box.value.trim());
    });
    // Enter sends, as a form of one line would; with Shift it begins another line.
    box.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
      e.preventDefault();
      form.requestSubmit();
    });
    return form;
  }

  private async send({ name, ...to }: To, reason: string): Promise<void> {
    const { incident, verb } = this;
    if (!incident || this.sending) return;
    this.sending = true;
    const lang = this.around.lang();
    try {
      await cases.act('incident', incident.id, verb, { ...to, ...(reason ? { reason } : {}) }, incident.rev);
      this.close();
      this.around.sent(incident.id);
    } catch (e) {
      this.tell(caseWord('refused', lang) + await this.whyNot(e, incident), true);
    } finally {
      this.sending = false;
    }
  }

  /** Why it was not done; if somebody else was faster, what he did. What is shown is renewed. */
  private async whyNot(e: unknown, was: cases.Incident): Promise<string> {
    const lang = this.around.lang();
    if (!(e instanceof Problem)) return caseWord('away', lang);
    if (e.status !== 412 && e.status !== 409) return e.message;
    const is = await cases.incident(was.id).catch(() => undefined);
    if (is && this.incident?.id === is.id) {
      this.incident = is;
      this.chosen = undefined;
      this.draw();
    }
    return tooLate(was.id, lang);
  }

  private tell(text: string, bad: boolean): void {
    this.told.dataset.trouble = String(bad);
    put(this.told, text);
  }

  /** Puts everybody who is advised where he is. */
  private place(): void {
    const { incident, advice } = this;
    if (!incident || !advice) return;
    const lang = this.around.lang();
    const at = new Map<string, LonLat>();
    for (const o of this.around.objects()) at.set(o.id, [o.lon, o.lat]);
    const stay = new Set<string>();
    for (const p of advice.people) {
      const where = at.get(p.mover);
      if (!where) continue;
      stay.add(p.mover);
      const name = p.name || p.person;
      let m = this.marks.get(p.mover);
      if (!m) {
        const box = button('', () => this.pick(p.mover, name), 'post');
        m = { box, mark: new Marker({ element: box, anchor: 'bottom', offset: [0, -14] }).setLngLat(where).addTo(this.map) };
        box.dataset.mover = p.mover;
        this.marks.set(p.mover, m);
        box.removeAttribute('role'); // MapLibre calls it an image
      }
      m.mark.setLngLat(where);
      m.box.replaceChildren(make('strong', {}, name), make('small', {}, `${caseWord('metres', lang, { n: Math.round(distance(where, incident.what.place)) })} · ${this.load(p.load, lang)}`));
      m.box.ariaLabel = said('send', lang, { to: name });
      m.box.classList.toggle('chosen', this.chosen?.person === p.person);
    }
    for (const [mover, { mark }] of this.marks) {
      if (stay.has(mover)) continue;
      mark.remove();
      this.marks.delete(mover);
    }
    const to = this.chosen?.person === undefined ? advice.people.slice(0, near) : advice.people.filter((p) => p.person === this.chosen?.person);
    this.pins.tie(to.flatMap((p) => {
      const where = at.get(p.mover);
      return where ? [{ from: incident.what.place, to: where, text: '' }] : [];
    }));
  }

  /** Shows the incident with the nearest people around it. */
  private frame(): void {
    const { incident, advice } = this;
    if (!incident || !advice) return;
    const far = Math.min(most, Math.max(least, ...advice.people.slice(0, near).map((p) => p.distance)));
    const corners = [0, 90, 180, 270].map((azimuth) => offset(incident.what.place, azimuth, far));
    const box = boxAround([{ type: 'MultiPoint', coordinates: corners }]);
    const covered = this.panel.offsetWidth;
    if (box) this.map.fitBounds(box, { padding: { top: 60, left: 30, bottom: 40, right: 30 + covered }, pitch: 0 });
  }
}
