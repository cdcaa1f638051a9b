/** API keys: one's own, and for who admits others those of everybody. */
import { ask } from '../lib/ask';
import type { Answers, Schemas } from '../lib/contract';
import { button } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { may, type Me } from '../lib/session';
import { instant, stamp } from '../lib/time';
import { sheet } from './desk';
import { Form } from './form';
import { ListDesk } from './listdesk';
import { actionWord, listed, sensitivityWord } from './rights';

/** How long a new key is good unless somebody says another time, in milliseconds. */
const usual = 90 * 24 * 3_600_000;

export class Keys extends ListDesk {
  private keys: Schemas['listedKey'][] = [];

  constructor(private readonly who: Me, lang: () => Lang) {
    super('keys', lang);
    if (this.actions.length > 0) this.tool('addOne', () => this.add(), 'primary');
    void this.load();
  }

  /** What a key of one's own may at most: to admit others nobody has a program for. */
  private get actions(): string[] {
    return this.who.actions.filter((a) => a !== 'admit');
  }

  protected async fetch(): Promise<void> {
    this.keys = (await ask<Answers['GET /v1/keys']>(`/v1/keys${may(this.who, 'admit') ? '?all=true' : ''}`)).keys;
  }

  protected draw(): void {
    const lang = this.lang();
    this.rows(['named', 'owner', 'mayDo', 'quota', 'expires', 'used', 'ways'], this.keys.map((k) => [
      k.name, k.owner, k.grant.actions ? listed(k.grant.actions.map((a) => actionWord(a, lang)), lang) : this.say('allOfOwner'), `${k.quota.day ?? '—'} / ${k.quota.second ?? '—'}`,
      day(k.expires), use(k.use), k.revoked ? this.say('revoked') : this.ways(k.name, ['revoke', () => void this.surely('revoke', k.name, () => ask(`/v1/keys/${encodeURIComponent(k.id)}`, { method: 'DELETE' }))]),
    ]));
  }

  private add(): void {
    const lang = this.lang();
    sheet(this.say('addOne'), (body, close) => {
      body.append(new Form(this.lang, [
        { name: 'name', label: this.say('named'), as: 'text', required: true }, { name: 'expires', label: this.say('expires'), as: 'time', required: true, hint: this.say('yearAtMost') },
        { name: 'grant.actions', label: this.say('mayDo'), as: 'choices', options: this.actions.map((a) => [a, actionWord(a, lang)]), hint: this.say('grantHint') },
        { name: 'grant.sensitivity', label: this.say('upTo'), as: 'level', options: [['', '—'], ...[0, 1, 2, 3].map((s): [string, string] => [String(s), sensitivityWord(s, lang)])] },
        { name: 'grant.kinds', label: this.say('seesKinds'), as: 'list', hint: 'sensor, camera' }, { name: 'grant.areas', label: this.say('areas'), as: 'list', hint: '310107015' },
        { name: 'quota.day', label: this.say('quotaDay'), as: 'number' }, { name: 'quota.second', label: this.say('quotaSecond'), as: 'number' },
      ], { expires: new Date(Date.now() + usual).toISOString() }, this.say('create'), async (doc) => {
        const { key, name } = await ask<Answers['POST /v1/keys']>('/v1/keys', { method: 'POST', body: doc });
        close();
        await this.load();
        await this.once(this.say('keyIs').replace('{who}', name), key);
      }, [button(word('cancel', lang), close)]).root);
    });
  }
}

export const day = (text: string): string => stamp(instant(text) ?? 0).slice(0, 10);

/** How often a key was used today on this node, and when last. */
function use(of: Record<string, unknown>): string {
  const { today, last } = of as { today?: number; last?: string };
  return [today ?? 0, last ? stamp(instant(last) ?? 0).slice(0, 16) : ''].filter((x) => x !== '').join(' · ');
}
