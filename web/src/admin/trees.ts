/** Trees of areas that departments have beside the division codes. */
import { ask } from '../lib/ask';
import type { Answers } from '../lib/contract';
import { button } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { sheet } from './desk';
import { Form } from './form';
import { ListDesk } from './listdesk';

type All = Answers['GET /v1/trees'];
type Tree = All['trees'][number];

const path = (name: string): string => `/v1/trees/${encodeURIComponent(name)}`;

export class Trees extends ListDesk {
  private trees: Tree[] = [];

  constructor(lang: () => Lang) {
    super('trees', lang);
    this.tool('addOne', () => this.edit(undefined), 'primary');
    void this.load();
  }

  protected async fetch(): Promise<void> {
    this.trees = (await ask<All>('/v1/trees')).trees;
  }

  protected draw(): void {
    this.rows(['named', 'nodes', 'revision', 'ways'], this.trees.map((t) => [
      t.name, Object.entries(t.nodes).map(([node, below]) => `${node} → ${below.join(', ')}`).join(' · '), String(t.rev),
      this.ways(t.name, ['edit', () => this.edit(t)], ['remove', () => void this.surely('remove', t.name, () => ask(path(t.name), { method: 'DELETE', match: t.rev }))]),
    ]));
  }

  private edit(t: Tree | undefined): void {
    sheet(t ? `${this.say('edit')} ${t.name}` : this.say('addOne'), (body, close) => {
      body.append(new Form(this.lang, [
        ...(t ? [] : [{ name: 'name', label: this.say('named'), as: 'text', required: true } as const]),
        { name: 'nodes', label: this.say('nodes'), as: 'json', required: true, hint: this.say('nodesHint') },
      ], { nodes: t?.nodes }, this.say('save'), async (doc) => {
        await ask(path(t?.name ?? String(doc.name)), { method: 'PUT', body: { nodes: doc.nodes }, match: t?.rev ?? 0 });
        close();
        await this.load();
      }, [button(word('cancel', this.lang()), close)]).root);
    });
  }
}
