/** The devices: how each is, and what it is told. */
import * as api from '../lib/api';
import { send } from '../lib/ask';
import type { Schemas } from '../lib/contract';
import { button, make } from '../lib/dom';
import { choose, stateWord, word, type Lang } from '../lib/i18n';
import { may, sees, type Me } from '../lib/session';
import { instant, stamp } from '../lib/time';
import { Commands } from './commands';
import { field, pairs, sheet } from './desk';
import { filterOf, troubles, type Trouble } from './devicequery';
import { ListDesk } from './listdesk';

/** What a feature tells of a device. */
interface Device { id: string; kind: string; class: string; name: string; area?: string | null; owner?: string | null; communication: string; data: string; service: string; updated?: string | null }

interface Page { features: { properties: Device }[]; numberMatched?: number; links: { rel: string; href: string }[] }

const layers = { sensors: 'sensor', cameras: 'camera', movers: 'mover' } as const;

/** How many are shown at once. */
const shown = 50;

export class Devices extends ListDesk {
  private readonly form = make('form', { className: 'filters' });
  private devices: Device[] = [];
  private matched: number | undefined;
  private next: string | undefined;
  private tables: api.Tables | undefined;

  constructor(private readonly who: Me, lang: () => Lang) {
    super('devices', lang);
    this.frame.body.prepend(this.form);
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.load();
    });
    void this.frame.try(async () => {
      this.tables = await api.tables();
      await this.fetch();
      this.draw();
    });
  }

  override speak(): void {
    const given = new FormData(this.form);
    const was = (name: string): string => given.get(name)?.toString() ?? '';
    const option = (name: string, value: string, text: string): HTMLOptionElement => make('option', { value, selected: was(name) === value }, text);
    const offered = Object.entries(layers).filter(([, kind]) => sees(this.who, kind)).map(([layer]) => layer);
    this.form.replaceChildren(
      field(this.say('kind'), make('select', { name: 'layer' }, ...offered.map((l) => option('layer', l, word(l as 'sensors', this.lang()))))),
      field(this.say('search'), make('input', { type: 'search', name: 'words', value: was('words'), autocomplete: 'off' })),
      field(this.say('trouble_of'), make('select', { name: 'trouble' }, option('trouble', '', this.say('any')), ...Object.keys(troubles).map((t) => option('trouble', t, stateWord(t, this.lang()))))),
      make('button', { type: 'submit', className: 'primary' }, this.say('search')));
    super.speak();
  }

  protected async fetch(): Promise<void> {
    const given = new FormData(this.form);
    const q = new URLSearchParams({ f: 'json', limit: String(shown) });
    const filter = filterOf(String(given.get('words') ?? ''), String(given.get('trouble') ?? '') as Trouble);
    if (filter) q.set('filter', filter);
    this.devices = [];
    await this.read(`/ogc/collections/${String(given.get('layer') ?? 'sensors')}/items?${q}`);
  }

  private async read(at: string): Promise<void> {
    const page = await (await send(at, { headers: { Accept: 'application/geo+json' } })).json() as Page;
    this.devices.push(...page.features.map((f) => f.properties));
    this.matched = page.numberMatched ?? this.matched;
    const next = page.links.find((l) => l.rel === 'next')?.href;
    this.next = next && new URL(next).pathname + new URL(next).search;
  }

  protected draw(): void {
    const lang = this.lang();
    const { next } = this;
    this.rows(['named', 'class', 'areas', 'communication', 'data', 'service', 'lastHeard', 'ways'], this.devices.map((d) => [
      make('span', {}, d.name, make('br'), make('small', {}, d.id)), this.className(d.class), d.area ?? '', ...[d.communication, d.data, d.service].map((s) => chip(s, lang)),
      stamp(instant(d.updated ?? undefined) ?? 0), this.ways(d.id, ['look', () => void this.look(d)]),
    ]));
    if (this.matched !== undefined) this.list.prepend(make('p', { className: 'hint' }, `${this.devices.length} / ${this.matched.toLocaleString('en')}`));
    if (next) this.list.append(button(this.say('later'), () => void this.frame.try(async () => {
      await this.read(next);
      this.draw();
    })));
  }

  private className(code: string): string {
    const c = this.tables?.classes.find((x) => x.code === code);
    return c ? choose([c.name, c.nameEn], this.lang()) : code;
  }

  /** What is known of one, and its commands. What a camera shows and where somebody was is asked for elsewhere, with a reason. */
  private async look(d: Device): Promise<void> {
    await this.frame.try(async () => {
      const asset = d.kind === 'sensor' ? await api.asset(d.id) : undefined;
      sheet(`${d.name} · ${d.id}`, (body, close) => {
        body.append(pairs([
          [this.say('class'), `${this.className(d.class)} · ${d.class}`], ...(d.owner ? [[this.say('owner'), d.owner] as [string, string]] : []),
          [this.say('state'), [d.communication, d.data, d.service].map((s) => stateWord(s, this.lang())).join(' · ')], ...(asset ? this.heard(asset) : []),
          [this.say('token'), make('code', {}, `suhe device token ${d.id}`)],
        ]));
        if (may(this.who, 'command')) body.append(new Commands(d.id, d.class, this.lang, this.say).root);
        body.append(make('div', { className: 'ways' }, button(word('close', this.lang()), close, 'primary')));
      });
    });
  }

  private heard({ sensor, values = {}, times = {} }: Schemas['liveAsset']): [string, string][] {
    return [
      ...(sensor?.mountedOn ? [[this.say('mountedOn'), sensor.mountedOn] as [string, string]] : []),
      ...(sensor?.reportInterval ? [[this.say('reportsEvery'), `${sensor.reportInterval} s`] as [string, string]] : []),
      ...(sensor?.measures ?? []).map((m): [string, string] => {
        const p = this.tables?.phenomena.find((x) => x.code === m.phenomenon);
        const at = instant(times[m.phenomenon]);
        return [p ? choose([p.name, p.nameEn], this.lang()) : m.phenomenon, `${values[m.phenomenon] ?? '—'} ${m.unit}${at ? ` · ${stamp(at)}` : ''} · ${this.say('normalRange')} ${m.normal[0]} … ${m.normal[1]}`];
      }),
    ];
  }
}

function chip(state: string, lang: Lang): HTMLElement {
  const e = make('span', { className: 'state' }, stateWord(state, lang));
  e.dataset.state = state;
  return e;
}
