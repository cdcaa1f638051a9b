/** Links of unattended screens: a page as an account sees it, at one address. */
import { ask } from '../lib/ask';
import type { Answers, Schemas } from '../lib/contract';
import { button } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { sheet } from './desk';
import { Form } from './form';
import { day } from './keys';
import { ListDesk } from './listdesk';

export class Links extends ListDesk {
  private links: Schemas['link'][] = [];

  constructor(lang: () => Lang) {
    super('links', lang);
    this.tool('addOne', () => this.add(), 'primary');
    void this.load();
  }

  protected async fetch(): Promise<void> {
    this.links = (await ask<Answers['GET /v1/links']>('/v1/links')).links;
  }

  protected draw(): void {
    this.rows(['named', 'asAccount', 'page', 'address', 'expires', 'ways'], this.links.map((l) => [
      l.name, l.account, l.page, l.address, day(l.expires),
      l.revoked ? this.say('revoked') : this.ways(l.name, ['revoke', () => void this.surely('revoke', l.name, () => ask(`/v1/links/${encodeURIComponent(l.id)}`, { method: 'DELETE' }))]),
    ]));
  }

  private add(): void {
    sheet(this.say('addOne'), (body, close) => {
      body.append(new Form(this.lang, [
        { name: 'name', label: this.say('named'), as: 'text', required: true }, { name: 'account', label: this.say('asAccount'), as: 'text', required: true },
        { name: 'address', label: this.say('address'), as: 'text', required: true, hint: this.say('addressHint') },
        { name: 'page', label: this.say('page'), as: 'text' }, { name: 'expires', label: this.say('expires'), as: 'time', required: true, hint: this.say('yearAtMost') },
      ], { page: '/screen' }, this.say('create'), async (doc) => {
        const { url, name } = await ask<Answers['POST /v1/links']>('/v1/links', { method: 'POST', body: doc });
        close();
        await this.load();
        await this.once(this.say('linkIs').replace('{who}', name), url);
      }, [button(word('cancel', this.lang()), close)]).root);
    });
  }
}
