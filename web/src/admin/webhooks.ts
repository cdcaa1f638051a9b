/** Webhooks: where systems of others are told what happens, and how that fares. */
import { ask } from '../lib/ask';
import type { Answers, Schemas } from '../lib/contract';
import { button } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { sheet } from './desk';
import { Form } from './form';
import { ListDesk } from './listdesk';

type Webhook = Schemas['webhook'];

const types: Schemas['webhookType'][] = ['asset.put', 'asset.removed', 'state.changed', 'finding', 'alarm', 'incident'];

/** The layers of streams, without movers, of which webhooks are told nothing. */
const layers = ['incidents', 'alarms', 'sensors', 'cameras', 'assets', 'bridges', 'buildings', 'landmarks', 'banks', 'water', 'areas'];

const path = (name: string): string => `/v1/webhooks/${encodeURIComponent(name)}`;

export class Webhooks extends ListDesk {
  private hooks: Webhook[] = [];

  constructor(lang: () => Lang) {
    super('webhooks', lang);
    this.tool('addOne', () => this.edit(undefined), 'primary');
    void this.load();
  }

  protected async fetch(): Promise<void> {
    this.hooks = (await ask<Answers['GET /v1/webhooks']>('/v1/webhooks')).webhooks;
  }

  protected draw(): void {
    this.rows(['named', 'url', 'told', 'asAccount', 'state', 'fares', 'ways'], this.hooks.map((h) => [
      h.name, h.url, `${h.types.join(', ')} · ${h.layers.join(', ')}`, h.account, this.say(h.enabled ? 'active' : 'disabled'), this.fares(h),
      this.ways(h.name, ['test', () => void this.test(h)], ['edit', () => this.edit(h)], ['remove', () => void this.surely('remove', h.name, () => ask(path(h.name), { method: 'DELETE', match: h.rev }))]),
    ]));
  }

  private fares({ status: { delivered, failed, dropped, last } }: Webhook): string {
    const counts = `${this.say('delivered')} ${delivered} · ${this.say('failed')} ${failed} · ${this.say('dropped')} ${dropped}`;
    return last ? `${counts} · ${stamp(instant(last.at) ?? 0).slice(0, 16)} ${last.result} ${last.why ?? ''}` : counts;
  }

  private async test(h: Webhook): Promise<void> {
    await this.frame.try(async () => {
      const is = await ask<Answers['POST /v1/webhooks/{name}/test']>(`${path(h.name)}/test`, { method: 'POST' });
      await this.fetch();
      this.draw();
      this.frame.tell(is.delivered ? `${this.say('testTaken')} ${is.millis} ms` : `${this.say('testRefused')} ${is.why ?? ''}`, !is.delivered);
    });
  }

  private edit(h: Webhook | undefined): void {
    sheet(h ? `${this.say('edit')} ${h.name}` : this.say('addOne'), (body, close) => {
      const { account, url, types: told, layers: of, filter, grant, enabled } = h ?? { account: '', url: 'https://', types: [], layers: [], filter: '', grant: undefined, enabled: true };
      body.append(new Form(this.lang, [
        ...(h ? [] : [{ name: 'name', label: this.say('named'), as: 'text', required: true } as const]),
        { name: 'url', label: this.say('url'), as: 'text', required: true }, { name: 'account', label: this.say('asAccount'), as: 'text', required: true },
        { name: 'types', label: this.say('told'), as: 'choices', options: types.map((t) => [t, t]) }, { name: 'layers', label: this.say('ofLayers'), as: 'choices', options: layers.map((l) => [l, l]) },
        { name: 'filter', label: this.say('filter'), as: 'code', hint: "class LIKE 'sensor.%'" }, { name: 'enabled', label: this.say('active'), as: 'check' },
      ], { account, url, types: told, layers: of, filter, grant, enabled }, this.say('save'), async ({ name, ...doc }) => {
        const is = await ask<Webhook>(path(h?.name ?? String(name)), { method: 'PUT', body: { types: [], layers: [], ...doc, enabled: doc.enabled === true }, match: h?.rev ?? 0 });
        close();
        await this.load();
        if (is.secret) await this.once(this.say('secretIs').replace('{who}', is.name), is.secret);
      }, [button(word('cancel', this.lang()), close)]).root);
    });
  }
}
