/** The work of the desk: the inbox, the map beside it, the card, and what is done with either. */
import type { Tables } from '../lib/api';
import * as cases from '../lib/cases';
import { say as caseWord, verbWord } from '../lib/casewords';
import { kindOf, type CaseRow } from '../lib/docket';
import { button, element, make, say as put } from '../lib/dom';
import type { Live } from '../lib/frames';
import { around, type LonLat } from '../lib/geo';
import type { Lang } from '../lib/i18n';
import type { Touched } from '../lib/picture';
import { Problem } from '../lib/problem';
import { may, sees, type Me } from '../lib/session';
import { Banner } from '../cases/banner';
import { CaseCard } from '../cases/card';
import { named } from '../cases/parts';
import { Card } from '../map/card';
import { moverLayer } from '../map/movers';
import type { Picked, Scene3D } from '../map/scene';
import { Why } from '../map/why';
import { bulkDeeds } from './bulk';
import { BulkDialog } from './bulkdialog';
import { Dispatch } from './dispatch';
import { Doubles } from './doubles';
import { entryOf, moreOfIncident, type Entry } from './entry';
import { Inbox } from './inbox';
import type { Command } from './keys';
import type { Notice } from './notice';
import { PhoneReport } from './phone';
import { Pins } from './pins';
import { said } from './words';

/** How long the card waits for the next step through the list before it follows, in milliseconds. */
const follows = 180;

/** To whom personal data is shown. */
const personal = 3;

/** How long what came of a deed can be read, in milliseconds. */
const readable = 8000;

export interface Around {
  who: Me;
  tables: Tables;
  map: Scene3D;
  notice: Notice;
  lang(): Lang;
  objects(): Iterable<Live>; // what the stream shows
  drawn(): void; // the list is another
  front(): void; // the desk is to be seen
}

export class Desk {
  readonly inbox: Inbox;
  readonly report: PhoneReport;
  private seen: cases.Incident | undefined; // that the card shows
  private pair: Entry[] = []; // that are compared
  private opened: Entry | undefined; // whose card is open
  private readonly names = new Map<string, string>(); // of what moves, by id
  private following: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private readonly card: CaseCard;
  private readonly thing: Card;
  private readonly pins: Pins;
  private readonly banner: Banner;
  private readonly dispatch: Dispatch;
  private readonly doubles: Doubles;
  private readonly bulk: BulkDialog;

  constructor(private readonly around: Around) {
    const { who, tables, map, lang } = around;
    this.pins = new Pins(map.map);
    for (const layer of ['incidents', 'alarms', 'sensors']) map.show(layer, false); // the pins show the cases; sensors would hide them
    this.banner = new Banner(element('urgent'), lang, (row) => this.open(this.inbox.entryOf(row)));
    this.thing = new Card(element('card'), {
      tables, lang, why: new Why(who.id, lang), may: (action) => may(who, action), changed: () => undefined, trail: (track) => map.trail(track), rays: (s) => map.rays(s),
    });
    this.inbox = new Inbox({ filter: element<HTMLFormElement>('filter'), count: element('count'), note: element('note'), grid: element('grid') }, {
      who, kinds: (['incident', 'alarm'] as const).filter((kind) => sees(who, kind)), tables, lang, fresh: (rows) => this.fresh(rows), stepped: (row) => this.card.take(row),
      personName: (id) => this.names.get(id) ?? id, drawn: () => this.drawn(), looked: (e) => this.look(e), opened: (e) => this.open(e), picked: () => this.picked(),
    });
    this.card = this.makeCard();
    this.dispatch = new Dispatch(element('dispatch'), map.map, this.pins, {
      lang, objects: around.objects, closed: () => this.inbox.focus(), sent: () => this.tell(caseWord('done', lang(), { verb: verbWord('dispatch', lang()) }), false),
    });
    this.doubles = new Doubles(element('doubles'), this.pins, {
      lang, className: (code) => this.inbox.className(code), areaName: (code) => this.inbox.areaName(code), closed: () => this.parted(), show: (...both) => this.compared(both),
    });
    this.bulk = new BulkDialog(lang, () => this.inbox.hello());
    this.report = new PhoneReport({
      lang, classes: () => this.inbox.eventClasses, channels: () => this.inbox.channels, middle: () => map.middle(), place: () => map.place(() => caseWord('clickMap', lang())),
      done: (id) => void this.card.show('incident', id), open: () => this.inbox.all, go: (at) => map.map.easeTo({ center: at }), show: (e) => this.open(e),
    });
    map.onPick((thing) => this.pressed(thing));
  }

  private makeCard(): CaseCard {
    const { who, tables, map, lang } = this.around;
    return new CaseCard(element('case'), {
      names: () => ({
        lang: lang(), className: (code) => this.inbox.className(code), areaName: (code) => this.inbox.areaName(code),
        phenomenon: (code) => ({ name: named(tables.phenomena, code, lang()), unit: tables.phenomena.find((p) => p.code === code)?.unit ?? '' }),
      }),
      mayReport: may(who, 'report'), mayContact: who.sensitivity >= personal, stormOf: (id) => this.inbox.stormOf(id), rays: (s) => map.rays(s),
      look: (id, name, incident) => void this.thing.show({ id, layer: 'cameras', name }, incident), open: (kind, id) => void this.card.show(kind, id),
      changed: () => this.shown(), instead: (verb, id) => this.instead(verb, id), learned: (i) => {
        this.seen = i;
        this.inbox.details.takeIncident(i);
      },
    });
  }

  /** Takes what the stream tells. */
  take(t: Touched): void {
    for (const { is } of t.changes) if (is?.layer === moverLayer && is.name) this.names.set(is.id, is.name);
    this.thing.take(t);
    this.inbox.take(t);
    this.dispatch.take(t);
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    this.inbox.speak();
    this.card.speak();
    this.thing.speak();
    this.banner.speak();
    this.dispatch.speak();
    this.doubles.speak();
    this.picked();
  }

  /** The theme is another: what draws by itself is drawn again. */
  dress(): void {
    this.thing.dress();
  }

  /** Something on the map was pressed. */
  private pressed({ id, layer, name }: Picked): void {
    if (layer === moverLayer && this.dispatch.open) return this.dispatch.pick(id, name);
    const e = this.inbox.entry(id);
    const kind = e?.kind ?? kindOf(layer);
    if (e) this.open(e, false);
    else if (kind) void this.card.show(kind, id);
    else void this.thing.show({ id, layer, name });
  }

  private fresh(rows: CaseRow[]): void {
    for (const row of Inbox.urgentOf(rows)) {
      this.around.notice.add(row.id, row.severity);
      if (row.kind === 'incident') this.banner.add(row);
    }
  }

  private drawn(): void {
    const open = new Set(this.inbox.all.map((e) => e.id));
    this.around.notice.keep(open);
    this.banner.keep([...this.inbox.all]);
    this.pin();
    this.report.look();
    this.around.drawn();
    this.picked();
  }

  /** The map shows what is listed, and what is opened or compared even if it is not. */
  private pin(): void {
    const { rows } = this.inbox.roll;
    const more = this.pair.length > 0 ? this.pair : this.opened ? [this.opened] : [];
    this.pins.show([...rows, ...more.filter((e) => !rows.some((r) => r.id === e.id))]);
  }

  /** A line became the current one: it is marked on the map, and the card follows if it is open. */
  private look(e: Entry): void {
    this.dispatch.close();
    this.mark(e);
    clearTimeout(this.following);
    if (this.card.id !== '') this.following = setTimeout(() => void this.card.show(e.kind, e.id, true), follows);
  }

  /** Opens a case: its card, and the map where it is. */
  open(e: Entry, moves = true): void {
    this.dispatch.close();
    this.doubles.close();
    this.around.front();
    this.inbox.find(e.id);
    this.around.notice.seen(e.id);
    this.banner.seen(e.id);
    void this.card.show(e.kind, e.id).then(() => this.mark(e, moves));
  }

  private mark(e: Entry, moves = true): void {
    this.opened = this.card.id === e.id ? e : undefined;
    this.pin();
    this.pins.choose([e.id]);
    if (!moves) return;
    const { map } = this.around.map;
    const covered = element('case').offsetWidth;
    const at = map.project(e.place);
    const { clientWidth, clientHeight } = map.getContainer();
    if (at.x > 40 && at.y > 40 && at.x < clientWidth - covered - 40 && at.y < clientHeight - 40) return;
    map.easeTo({ center: e.place, offset: [-covered / 2, 0] });
  }

  /** The map shows all these places, beside what covers it. */
  private fit(places: LonLat[]): void {
    const box = around([{ type: 'MultiPoint', coordinates: places }]);
    if (box) this.around.map.map.fitBounds(box, { padding: { top: 70, left: 50, bottom: 70, right: 50 + element('case').offsetWidth }, maxZoom: 18.5 });
  }

  /** Another case is shown, or none. */
  private shown(): void {
    if (this.card.id === '') {
      this.seen = this.opened = undefined;
      this.pin();
    }
    this.pins.choose(this.card.id ? [this.card.id] : this.inbox.roll.current ? [this.inbox.roll.current.id] : []);
  }

  /** Two incidents are compared: both have a pin, and the map shows both. */
  private compared(both: cases.Incident[]): void {
    this.pair = both.map((i) => entryOf(cases.incidentRow({ ...i, ...i.what }, true), moreOfIncident(i)));
    this.pin();
    this.pins.choose(both.map((i) => i.id));
    this.fit(both.map((i) => i.what.place));
  }

  /** And are no more. */
  private parted(): void {
    this.pair = [];
    this.pin();
    this.shown();
    this.inbox.focus();
  }

  /** What the desk does in a way of its own. */
  private instead(verb: string, id: string): boolean {
    if (verb === 'dispatch' || verb === 'reassign') {
      void this.sends(id);
      return true;
    }
    if (verb !== 'merge' || this.seen?.id !== id || (this.seen.doubles ?? []).length === 0) return false;
    this.compare(id);
    return true;
  }

  private async sends(id: string): Promise<void> {
    await this.try(async () => {
      if (!(await this.dispatch.begin(id))) this.tell(said('noDispatch', this.around.lang()), true);
    });
  }

  private compare(id: string): void {
    void this.try(async () => {
      if (!(await this.doubles.begin(id))) this.tell(said('pairNone', this.around.lang()), true);
    });
  }

  /** What is picked, and what may be done with all of it. */
  private picked(): void {
    const lang = this.around.lang();
    const { picked } = this.inbox.roll;
    const verbs = bulkDeeds(picked, (action) => may(this.around.who, action));
    const key = `${lang} ${picked.length} ${verbs.join()}`;
    const bar = element('picked');
    if (bar.dataset.said === key) return;
    bar.dataset.said = key;
    bar.hidden = picked.length === 0;
    bar.replaceChildren(make('strong', { role: 'status' }, said('picked', lang, { n: picked.length })), ...verbs.map((verb) => {
      const b = button(verbWord(verb, lang), () => this.bulkly(verb));
      b.dataset.verb = verb;
      return b;
    }), button(said('drop', lang), () => this.inbox.drop()));
  }

  private bulkly(verb: string): void {
    const why = this.bulk.begin(verb, this.inbox.roll.picked);
    if (why) this.tell(why, true);
  }

  // Keys.

  /** Does what a key means; whether that was anything. */
  obey(command: Command): boolean {
    const { inbox } = this;
    if (this.doubles.open) return false; // the list is out of sight
    switch (command) {
      case 'down':
        inbox.move(1);
        return true;
      case 'up':
        inbox.move(-1);
        return true;
      case 'pageDown':
        inbox.move(1, true);
        return true;
      case 'pageUp':
        inbox.move(-1, true);
        return true;
      case 'first':
        inbox.go(0);
        return true;
      case 'last':
        inbox.go(Infinity);
        return true;
      case 'pick':
        inbox.pick();
        return true;
      case 'pickAll':
        inbox.pickAll();
        return true;
      case 'filter':
        inbox.focusFilter();
        return true;
      case 'map':
        this.mapAll();
        return true;
      case 'open':
        if (inbox.roll.current) this.open(inbox.roll.current);
        return true;
      case 'acknowledge':
      case 'file':
      case 'supervise':
        if (inbox.roll.picked.length > 0) this.bulkly(command);
        else void this.deed(command);
        return true;
      case 'dispatch':
      case 'merge':
      case 'escalate':
        void this.deed(command);
        return true;
      default:
        return false;
    }
  }

  /** Does something with the current case by a key: as by the button of its card. */
  private async deed(verb: string): Promise<void> {
    const e = this.inbox.roll.current;
    if (!e) return;
    if (this.card.id !== e.id) {
      this.around.notice.seen(e.id);
      this.banner.seen(e.id);
      await this.card.show(e.kind, e.id, true);
      this.mark(e);
    }
    if (this.card.press(verb) || verb === 'dispatch' && this.card.press('reassign')) return;
    this.tell(said('noDeed', this.around.lang(), { verb: verbWord(verb, this.around.lang()) }), true);
  }

  /** Closes what lies on top. */
  close(): void {
    if (this.dispatch.open) this.dispatch.close();
    else if (this.doubles.open) this.doubles.close();
    else if (this.thing.open) this.thing.hide();
    else if (this.card.id !== '') this.card.hide();
    else if (this.inbox.roll.picked.length > 0) this.inbox.drop();
    this.inbox.focus();
  }

  /** The map shows all that is listed. */
  private mapAll(): void {
    const box = around([{ type: 'MultiPoint', coordinates: this.inbox.roll.rows.map((e) => e.place) }]);
    if (box) this.around.map.map.fitBounds(box, { padding: 50, maxZoom: 17 });
  }

  /** Does something that asks the server; says so if it will not. */
  private async try(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (e) {
      this.tell(caseWord('refused', this.around.lang()) + (e instanceof Problem ? e.message : caseWord('away', this.around.lang())), true);
    }
  }

  /** Says what came of something, for a while. */
  private tell(text: string, bad: boolean): void {
    const box = element('said');
    box.dataset.trouble = String(bad);
    put(box, text);
    clearTimeout(this.silence);
    this.silence = setTimeout(() => put(box, ''), readable);
  }
}
