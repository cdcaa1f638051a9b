/** What a device can be told, what it was told, and what came of it. */
import { ask } from '../lib/ask';
import type { Answers, Schemas } from '../lib/contract';
import { button, make } from '../lib/dom';
import { choose, type Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { field, table } from './desk';
import { Form, type Field } from './form';
import type { Say } from './papers';

type Kind = Schemas['commandKind'];
type Command = Schemas['command'];

/** How long the answer to a command is waited for at once. */
const patience = '10s';

export class Commands {
  readonly root = make('section', { className: 'commands' });
  private readonly told = make('div');
  private readonly form = make('div');
  private readonly wrong = make('p', { className: 'told bad', role: 'alert' });
  private kinds: Kind[] = [];
  private sent: Command[] = [];

  constructor(private readonly device: string, of: string, private readonly lang: () => Lang, private readonly say: Say) {
    this.root.append(make('h3', {}, say('commands')), this.form, this.wrong, this.told);
    this.told.setAttribute('role', 'status');
    void this.try(async () => {
      this.kinds = (await ask<Answers['GET /v1/commands']>(`/v1/commands?class=${encodeURIComponent(of)}`)).commands;
      this.offer();
      await this.read();
    });
  }

  private get at(): string {
    return `/v1/devices/${encodeURIComponent(this.device)}/commands`;
  }

  private async try(what: () => Promise<void>): Promise<void> {
    this.wrong.textContent = '';
    await what().catch((e: unknown) => { this.wrong.textContent = this.say('trouble') + (e as Error).message; });
  }

  /** Lets choose what it is told, and then with what. */
  private offer(): void {
    if (this.kinds.length === 0) {
      this.form.replaceChildren(make('p', { className: 'hint' }, this.say('noCommands')));
      return;
    }
    const choice = make('select', {}, ...this.kinds.map((k, i) => make('option', { value: String(i) }, choose([k.title, k.titleEn], this.lang()))));
    const asked = make('div');
    const draw = (): void => {
      const kind = this.kinds[Number(choice.value)];
      if (kind) asked.replaceChildren(new Form(this.lang, argumentFields(kind.arguments), {}, this.say('send'), (doc) => this.send(kind, doc)).root);
    };
    choice.addEventListener('change', draw);
    draw();
    this.form.replaceChildren(field(this.say('command'), choice), asked);
  }

  /** Sends a command and waits a while for its end. */
  private async send(kind: Kind, given: Record<string, unknown>): Promise<void> {
    const is = await ask<Command>(this.at, { method: 'POST', body: { name: kind.name, arguments: given } });
    await this.read();
    void this.try(async () => {
      await ask<Command>(`${this.at}/${encodeURIComponent(is.id)}?wait=${patience}`);
      await this.read();
    });
  }

  private async read(): Promise<void> {
    this.sent = [];
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: Answers['GET /v1/devices/{id}/commands'] = await ask(`${this.at}${after ? `?after=${after}` : ''}`);
      this.sent.push(...page.commands);
      after = page.next;
    }
    this.draw();
  }

  private draw(): void {
    const newest = this.sent.slice(-20).reverse();
    if (newest.length === 0) return this.told.replaceChildren(make('p', { className: 'hint' }, this.say('none')));
    this.told.replaceChildren(table([this.say('sentAt'), this.say('command'), this.say('by'), this.say('state'), this.say('answered')], newest.map((c) => [
      stamp(instant(c.sent) ?? 0), `${this.title(c.name)} ${Object.keys(c.arguments).length > 0 ? JSON.stringify(c.arguments) : ''}`, c.by, this.say(`command_${c.state}`), c.detail ?? '',
    ])), button(this.say('refresh'), () => void this.try(() => this.read())));
  }

  private title(name: string): string {
    const k = this.kinds.find((x) => x.name === name);
    return k ? choose([k.title, k.titleEn], this.lang()) : name;
  }
}

/** The fields of a command's arguments, as its JSON Schema has them. */
export function argumentFields(schema: Record<string, unknown>): Field[] {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, { type?: string; enum?: unknown[]; minimum?: number; maximum?: number }>; required?: string[] };
  return Object.entries(properties).map(([name, p]): Field => ({
    name, label: name, required: required.includes(name),
    ...(p.minimum !== undefined || p.maximum !== undefined ? { hint: `${p.minimum ?? ''} … ${p.maximum ?? ''}` } : {}),
    ...(p.enum ? { as: 'choice', options: p.enum.map((v): [string, string] => [String(v), String(v)]) } : { as: p.type === 'integer' || p.type === 'number' ? 'number' : p.type === 'boolean' ? 'check' : p.type === 'string' ? 'text' : 'json' }),
  }));
}
