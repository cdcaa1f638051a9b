/** Mappings of third parties' payloads: files of the server, which are tried here on a payload. */
import { ask } from '../lib/ask';
import type { Answers } from '../lib/contract';
import { button, make } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { field, sheet, table } from './desk';
import { ListDesk } from './listdesk';

type Mapping = Answers['GET /v1/mappings']['mappings'][number];
type Tried = Answers['POST /v1/mappings/{name}/try'];

export class Mappings extends ListDesk {
  private mappings: Mapping[] = [];

  constructor(lang: () => Lang) {
    super('mappings', lang);
    this.tool('refresh', () => void this.load());
    void this.load();
  }

  protected async fetch(): Promise<void> {
    this.mappings = (await ask<Answers['GET /v1/mappings']>('/v1/mappings')).mappings;
  }

  protected draw(): void {
    this.rows(['named', 'state', 'takenBy', 'phenomena', 'note', 'ways'], this.mappings.map((m) => [
      m.name, make('span', {}, this.say(`mapping_${m.state}`), ...(m.why ? [make('br'), make('small', { className: 'wrong' }, m.why)] : [])),
      [...(m.http ? [`POST /v1/ingest/${m.name}`] : []), ...(m.topic ? [`MQTT ${m.topic} (${m.gateways?.join(', ') ?? ''})`] : [])].join(' · '),
      m.phenomena?.join(', ') ?? '', m.note ?? '', m.state === 'broken' ? '' : this.ways(m.name, ['tryIt', () => this.tries(m)]),
    ]));
    this.list.append(make('p', { className: 'hint' }, this.say('mappingsHint')), make('code', {}, 'suhe check mapping FILE SAMPLE'));
  }

  private tries(m: Mapping): void {
    sheet(`${this.say('tryIt')} ${m.name}`, (body, close) => {
      const payload = make('textarea', { className: 'code', rows: 8, spellcheck: false, required: true });
      const topic = make('input', { autocomplete: 'off', spellcheck: false });
      const out = make('div', { className: 'tried' });
      out.setAttribute('role', 'status');
      const form = make('form', { className: 'edit' }, field(this.say('payload'), payload), ...(m.topic ? [field(this.say('topic'), topic)] : []),
        make('div', { className: 'ways' }, button(word('close', this.lang()), close), make('button', { type: 'submit', className: 'primary' }, this.say('tryIt'))), out);
      form.addEventListener('submit', (e) => {
        e.preventDefault();
        const at = `/v1/mappings/${encodeURIComponent(m.name)}/try${topic.value ? `?topic=${encodeURIComponent(topic.value)}` : ''}`;
        ask<Tried>(at, { method: 'POST', bytes: new Blob([payload.value], { type: 'application/json' }) }).then(
          (is) => out.replaceChildren(...this.told(is)),
          (wrong: Error) => out.replaceChildren(make('p', { className: 'wrong' }, this.say('trouble') + wrong.message)));
      });
      body.append(form);
      payload.focus();
    });
  }

  private told({ readings, refusals }: Tried): HTMLElement[] {
    return [
      ...(readings.length > 0 ? [table([this.say('item'), this.say('device'), this.say('at'), this.say('phenomenon'), this.say('value')],
        readings.map((r) => [String(r.item), r.device, stamp(instant(r.time) ?? 0), r.phenomenon, `${r.value} ${r.unit}`]))] : [make('p', { className: 'hint' }, this.say('nothingOfIt'))]),
      ...refusals.map((r) => make('p', { className: 'wrong' }, `${r.item < 0 ? this.say('payload') : `${this.say('item')} ${r.item}`} ${r.place ?? ''}: ${r.why}`)),
    ];
  }
}
