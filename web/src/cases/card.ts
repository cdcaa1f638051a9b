/** The card of an alarm or an incident: what it is, who sees it, what happened, and what one may do about it. */
import * as cases from '../lib/cases';
import { isOnward, offered, offeredOf, waits, wanting } from '../lib/deeds';
import type { CaseKind, CaseRow } from '../lib/docket';
import { button, make, say as put } from '../lib/dom';
import { choose, word, type Lang } from '../lib/i18n';
import { Problem } from '../lib/problem';
import { sightOf, type Sight } from '../lib/sight';
import { throttled } from '../lib/throttle';
import { eyes } from '../map/eyes';
import { gallery, Uploader } from './files';
import { DeedForm, type About } from '../lib/deedform';
import * as parts from './parts';
import { say, verbWord } from '../lib/casewords';

/** What the card needs around it. */
export interface Around {
  names(): parts.Names;
  mayReport: boolean;
  rays(s: Sight | undefined): void; // draws which cameras see a place
  stormOf(id: string): string[]; // the other alarms of the storm that one is part of
  look(id: string, name: string, incident: string): void; // through a camera, for an incident if there is one
  open(kind: CaseKind, id: string): void; // another case
  changed(): void; // another case is shown, or none
  instead?(verb: string, id: string): boolean; // whether the page does it in a way of its own
  learned?(is: cases.Incident): void; // all that is known of the incident that is shown
  mayContact?: boolean; // is told how those who reported can be reached
}

/** How often what is shown is asked for at most while it changes, in milliseconds. */
const fetchEvery = 300;

/** What is done to all alarms of a storm at once. */
const stormy = ['acknowledge', 'suppress', 'resume', 'clear'];

/** What is shown: one of both. */
type Shown = { kind: CaseKind; id: string; steps: cases.Step[] } & ({ incident: cases.Incident; alarm?: undefined } | { alarm: cases.Alarm; incident?: undefined });

export class CaseCard {
  private asked: Pick<CaseRow, 'kind' | 'id'> | undefined;
  private shown: Shown | undefined;
  private readonly told = make('p', { className: 'told', role: 'status' });
  private readonly form: DeedForm;
  private readonly uploader: Uploader;
  private acting = false;
  private eyes: { id: string; lang: Lang; part: HTMLElement } | undefined;
  private readonly soon = throttled(() => void this.fetch(), fetchEvery);

  constructor(private readonly panel: HTMLElement, private readonly around: Around) {
    const lang = () => this.around.names().lang;
    this.form = new DeedForm(lang);
    this.uploader = new Uploader(lang, (trouble) => {
      this.tell(trouble, 'attach');
      void this.fetch();
    });
  }

  /** The number of what is shown, "" for nothing. */
  get id(): string {
    return this.asked?.id ?? '';
  }

  /** Shows a case; quietly, the focus stays where it is. */
  async show(kind: CaseKind, id: string, quietly = false): Promise<void> {
    if (this.id !== id) {
      put(this.told, '');
      this.shown = this.eyes = undefined;
      this.around.rays(undefined);
    }
    this.asked = { kind, id };
    this.around.changed();
    await this.fetch();
    if (!quietly && this.shown?.id === id) this.panel.querySelector('h2')?.focus();
  }

  /** Takes what is new of what is shown. */
  take(row: CaseRow): void {
    if (row.id !== this.asked?.id) return;
    if (!this.shown || this.revision(this.shown) < row.rev) this.soon();
  }

  /** Does something with what is shown, as if its button was pressed; whether it may be done. */
  press(verb: string): boolean {
    const s = this.shown;
    if (!s || !(s.incident ? offered(s.incident) : offeredOf(s.alarm)).includes(verb) || s.incident && waits(s.incident, verb)) return false;
    void this.do(verb);
    return true;
  }

  hide(): void {
    if (!this.asked) return;
    this.asked = this.shown = this.eyes = undefined;
    this.panel.hidden = true;
    this.around.rays(undefined);
    this.around.changed();
  }

  /** Shows everything again, in the language of now. */
  speak(): void {
    if (this.shown) this.draw(this.shown);
  }

  private revision({ incident, alarm }: Shown): number {
    return incident?.rev ?? alarm?.rev ?? 0;
  }

  private async fetch(): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    const { kind, id } = asked;
    try {
      const [is, steps] = await Promise.all([kind === 'incident' ? cases.incident(id) : cases.alarm(id), cases.steps(kind, id)]);
      if (this.asked?.id !== id) return; // another was picked meanwhile
      const shown = (kind === 'incident' ? { kind, id, steps, incident: is } : { kind, id, steps, alarm: is }) as Shown;
      if (this.shown && this.revision(this.shown) > this.revision(shown)) return; // an answer overtook this one
      this.shown = shown;
      if (shown.incident) this.around.learned?.(shown.incident);
      this.draw(shown);
    } catch (e) {
      if (e instanceof Problem && this.asked?.id === id) this.gone(e);
    }
  }

  /** Says why a case is not shown. */
  private gone(p: Problem): void {
    const { lang } = this.around.names();
    this.shown = undefined;
    const heading = make('h2', { id: 'case-title', tabIndex: -1 }, this.id);
    this.panel.replaceChildren(make('header', {}, heading, button(word('close', lang), () => this.hide())), make('p', {}, word('refusedView', lang) + p.message));
    this.panel.hidden = false;
  }

  private draw(s: Shown): void {
    const names = this.around.names();
    const { lang } = names;
    const heading = make('h2', { id: 'case-title', tabIndex: -1 }, titleOf(s, lang) || s.id);
    const focused = this.panel.contains(document.activeElement) ? document.activeElement : undefined;
    const { scrollTop } = this.panel;
    this.panel.dataset.id = s.id;
    this.panel.replaceChildren(make('header', {}, heading, button(word('close', lang), () => this.hide())), ...(s.incident ? this.incident(s.incident, s.steps, names) : this.alarm(s.alarm, s.steps, names)));
    this.panel.hidden = false;
    this.panel.scrollTop = scrollTop;
    if (focused) this.refocus(focused, heading);
  }

  /** Puts the focus where it was before all was drawn anew: on the same button, else on the heading. */
  private refocus(was: Element, heading: HTMLElement): void {
    const verb = was instanceof HTMLElement ? was.dataset.verb : undefined;
    const same = was.isConnected ? was : verb && this.panel.querySelector(`button[data-verb="${verb}"]:enabled`);
    (same instanceof HTMLElement ? same : heading).focus();
  }

  private incident(i: cases.Incident, steps: cases.Step[], names: parts.Names): HTMLElement[] {
    const { lang } = names;
    const readings = i.readings ?? [];
    const evidence = i.evidence ?? [];
    const witnesses = evidence.filter((e) => e.kind === 'camera').map((e) => ({ id: e.ref, name: e.name ?? e.ref }));
    const missing = wanting(i);
    const files = [...gallery(i, lang), ...(missing > 0 ? [make('p', { className: 'hint' }, say('wanting', lang, { n: missing }))] : []), ...this.adder(i)];
    return [
      parts.chips(i.state, i.what.severity, cases.lightOf(readings), i.task?.supervised ? [say('supervised', lang)] : [], lang),
      ...(i.what.text ? [make('p', { className: 'text' }, i.what.text)] : []),
      ...this.deeds(offered(i), (verb) => waits(i, verb), names), this.told,
      ...parts.clocks(readings, lang), parts.incidentFacts(i, names), ...this.reach(i, lang),
      ...parts.kin([['partOf', i.into ? [i.into] : []], ['members', i.members], ['doubles', i.doubles?.map((d) => d.id)]], (id) => this.around.open('incident', id), lang),
      ...parts.cameras(witnesses, (id, name) => this.around.look(id, name, i.id), lang),
      this.seen(i.id, lang), ...parts.proofs(evidence, names),
      ...parts.section(say('files', lang), 'files', ...files), ...parts.timeline(steps, lang),
    ];
  }

  private alarm(a: cases.Alarm, steps: cases.Step[], names: parts.Names): HTMLElement[] {
    const { lang } = names;
    return [
      parts.chips(a.state, a.severity, 0, [], lang), ...this.deeds(offeredOf(a), () => false, names), this.told,
      parts.alarmFacts(a, names),
      ...parts.kin([['made', a.incident ? [a.incident] : []]], (id) => this.around.open('incident', id), lang),
      ...parts.kin([['partOf', a.into ? [a.into] : []], ['storm', this.around.stormOf(a.id)]], (id) => this.around.open('alarm', id), lang), ...parts.cameras(a.cameras.map((c) => ({ id: c.camera, name: `${c.camera} · ${say('metres', lang, { n: Math.round(c.metres) })}` })), (id, name) => this.around.look(id, name, a.incident ?? ''), lang),
      ...parts.members(a, names), ...parts.timeline(steps, lang),
    ];
  }

  /** Who sees the place: the same part for as long as the same incident is shown, so that the answer stays while the card is drawn anew. */
  private seen(id: string, lang: Lang): HTMLElement {
    if (this.eyes?.id !== id || this.eyes.lang !== lang) {
      this.eyes = { id, lang, part: eyes(() => sightOf(id), { rays: (s) => this.around.rays(s), look: (camera, name) => this.around.look(camera, name, id) }, lang) };
    }
    return this.eyes.part;
  }

  /** How those who reported it can be reached, for whom that is told; asked for by a press, which is recorded. */
  private reach(i: cases.Incident, lang: Lang): HTMLElement[] {
    if (!this.around.mayContact || !i.sources.some((s) => s.contact !== undefined)) return [];
    const told = make('output');
    const ask = button(say('reach', lang), () => {
      cases.contacts(i.id).then((all) => put(told, all.join('、')), (e: unknown) => put(told, say('refused', lang) + (e instanceof Problem ? e.message : say('away', lang))));
    });
    return [make('p', { className: 'reach' }, ask, told)];
  }

  /** What adds a photo, for those who may, while there is something to prove. */
  private adder(i: cases.Incident): HTMLElement[] {
    if (!this.around.mayReport || ['rejected', 'merged', 'cancelled'].includes(i.state)) return [];
    this.uploader.about(i);
    return [this.uploader.form];
  }

  private deeds(verbs: string[], wait: (verb: string) => boolean, { lang }: parts.Names): HTMLElement[] {
    const buttons = verbs.map((verb) => {
      const b = button(verbWord(verb, lang), () => void this.do(verb), isOnward(verb) ? 'primary' : '');
      b.dataset.verb = verb;
      b.disabled = this.acting || wait(verb);
      return b;
    });
    return parts.section(say('deeds', lang), 'deeds', ...(buttons.length > 0 ? [make('div', { className: 'buttons' }, ...buttons)] : []));
  }

  private async do(verb: string): Promise<void> {
    const s = this.shown;
    if (!s || this.acting || this.around.instead?.(verb, s.id)) return;
    const about: About = { title: titleOf(s, this.around.names().lang), severity: s.incident?.what.severity ?? s.alarm?.severity ?? 0, incident: s.incident };
    let trouble: unknown;
    try {
      if (verb === 'dispatch' || verb === 'reassign') about.advice = await cases.advice(s.id);
      const given = await this.form.ask(verb, about);
      if (!given) return;
      this.acting = true;
      const whole = s.alarm?.storm && stormy.includes(verb) ? { storm: true } : {};
      await cases.act(s.kind, s.id, verb, { ...given, ...whole }, this.revision(s));
      this.tell(undefined, verb);
    } catch (e) {
      trouble = e;
      this.tell(e, verb);
    } finally {
      this.acting = false;
      await this.fetch();
      // What others did meanwhile is known now.
      if (trouble instanceof Problem && this.shown?.id === s.id) this.tell(trouble, verb, this.shown.steps.slice(s.steps.length));
    }
  }

  /** Says what came of a deed; since is what others did meanwhile. */
  private tell(trouble: unknown, verb: string, since: cases.Step[] = []): void {
    const { lang } = this.around.names();
    const why = (): string => {
      if (!(trouble instanceof Problem)) return say('away', lang);
      const other = trouble.status === 412 || trouble.status === 409 && trouble.message.includes('revision') ? say('changedMeanwhile', lang) : trouble.message;
      const steps = since.map((t) => parts.stepLine(t, lang)).join('；');
      return [412, 409].includes(trouble.status) && steps ? `${other} ${say('meanwhile', lang)}${steps}` : other;
    };
    this.told.dataset.trouble = String(trouble !== undefined);
    put(this.told, trouble === undefined ? say('done', lang, { verb: verbWord(verb, lang) }) : say('refused', lang) + why());
  }
}

/** What it is called; incidents have the name that people gave them. */
function titleOf({ incident, alarm }: Shown, lang: Lang): string {
  return incident?.what.title ?? (alarm ? choose([alarm.title, alarm.titleEn || alarm.title], lang) : '');
}
