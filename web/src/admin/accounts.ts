/** The security administrator's desk: who may come in. */
import roles from '../../../internal/access/roles.json';
import { ask } from '../lib/ask';
import type { Schemas } from '../lib/contract';
import { button, make } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { areaNames, everywhere, roleName, roleNames } from '../lib/session';
import { dialog, field, Frame, table, type Desk } from './desk';

/** oneTimePassword is told once. */
type Account = Schemas['account'];

const path = (username: string): string => `/v1/accounts/${encodeURIComponent(username)}`;

export class Accounts implements Desk {
  private readonly frame: Frame;
  private readonly form = make('form', { className: 'add' });
  private readonly list = make('div');
  private accounts: Account[] = [];

  /** me is who may not change himself. */
  constructor(private readonly me: string, private readonly lang: () => Lang) {
    this.frame = new Frame('accounts', lang);
    this.frame.body.append(this.list, make('details', {}, make('summary'), this.form));
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.frame.try(() => this.add());
    });
    void this.frame.try(() => this.load());
  }

  get root(): HTMLElement {
    return this.frame.root;
  }

  speak(): void {
    this.frame.speak();
    this.root.querySelector('summary')!.textContent = this.frame.word('add');
    this.draw();
    this.ask();
  }

  private async load(): Promise<void> {
    this.accounts = (await ask<{ accounts: Account[] }>('/v1/accounts')).accounts;
    this.draw();
  }

  private draw(): void {
    const say = (key: Parameters<Frame['word']>[0]): string => this.frame.word(key);
    const lang = this.lang();
    this.list.replaceChildren(table(
      [say('username'), say('name'), say('roles'), say('areas'), say('state'), say('ways')],
      this.accounts.map((a) => [
        a.username, a.name, roleNames(a.roles, lang), areaNames(a.areas, lang),
        [say(a.disabled ? 'disabled' : 'active'), ...(a.demo ? [say('demo')] : []), ...(a.otp ? [say('otp')] : []), ...(a.oneTime ? [say('oneTime')] : [])].join(' · '),
        this.ways(a),
      ])));
  }

  private ways(a: Account): HTMLElement {
    const say = (key: Parameters<Frame['word']>[0]): string => this.frame.word(key);
    const row = make('div', { className: 'row-ways' });
    row.append(button(say('unlock'), () => void this.frame.try(async () => {
      await ask(`${path(a.username)}/unlock`, { method: 'POST' });
      this.frame.tell(`${say('unlocked')} ${a.username}`);
    })));
    if (!a.demo) row.append(button(say('reset'), () => void this.reset(a, 'reset')));
    if (a.otp) row.append(button(say('resetOtp'), () => void this.reset(a, 'resetOtp')));
    if (a.username !== this.me) row.append(button(say(a.disabled ? 'enable' : 'disable'), () => void this.turn(a)));
    for (const b of row.querySelectorAll('button')) b.ariaLabel = `${b.textContent} ${a.username}`;
    return row;
  }

  private async reset(a: Account, what: 'reset' | 'resetOtp'): Promise<void> {
    if (!(await this.sure(what, a))) return;
    await this.frame.try(async () => {
      const is = await ask<Account>(`${path(a.username)}/reset${what === 'resetOtp' ? '?otp=true' : ''}`, { method: 'POST' });
      await this.load();
      await this.show(is);
    });
  }

  private async turn(a: Account): Promise<void> {
    const what = a.disabled ? 'enable' : 'disable';
    if (!(await this.sure(what, a))) return;
    await this.frame.try(async () => {
      const { name, roles: held, areas, unit } = a;
      await ask(path(a.username), { method: 'PUT', body: { name, roles: held, areas, unit, disabled: !a.disabled }, match: a.rev });
      await this.load();
    });
  }

  private sure(what: 'enable' | 'disable' | 'reset' | 'resetOtp', a: Account): Promise<boolean> {
    const { frame } = this;
    const text = frame.word('sure').replace('{what}', frame.word(what)).replace('{who}', a.username);
    return dialog(text, [make('p', {}, text), ...(what === 'enable' ? [] : [make('p', { className: 'hint' }, frame.word('endsSessions'))])],
      [[word('cancel', this.lang()), false], [frame.word('yes'), true, 'primary']], false);
  }

  /** Shows the one-time password, if one was made. */
  private async show(a: Account): Promise<void> {
    if (!a.oneTimePassword) return;
    const said = this.frame.word('oneTimeIs').replace('{who}', a.username);
    const text = make('output', { className: 'secret' }, a.oneTimePassword);
    const copy = button(this.frame.word('copy'), () => void navigator.clipboard?.writeText(a.oneTimePassword ?? ''));
    await dialog(said, [make('p', {}, said), text, copy], [[this.frame.word('close'), undefined, 'primary']], undefined);
  }

  /** Draws the form that asks for a new account. */
  private ask(): void {
    const { frame } = this;
    const input = (name: string, value = ''): HTMLInputElement => make('input', { name, value, autocomplete: 'off', required: name !== 'name' && name !== 'unit', spellcheck: false });
    const boxes = roles.roles.map((r) => make('label', { className: 'choice' }, make('input', { type: 'checkbox', name: 'role', value: r.role }), roleName(r.role, this.lang())));
    this.form.replaceChildren(
      field(frame.word('username'), input('username')), field(frame.word('name'), input('name')),
      field(frame.word('areas'), input('areas', everywhere), frame.word('areasHint')),
      field(frame.word('unit'), input('unit')),
      make('fieldset', {}, make('legend', {}, frame.word('roles')), ...boxes, make('small', {}, frame.word('exclusive'))),
      make('button', { type: 'submit', className: 'primary' }, frame.word('create')));
  }

  private async add(): Promise<void> {
    const given = new FormData(this.form);
    const text = (name: string): string => given.get(name)?.toString().trim() ?? '';
    const is = await ask<Account>(path(text('username')), {
      method: 'PUT', match: 0,
      body: { name: text('name'), roles: given.getAll('role'), areas: text('areas').split(/[,，、\s]+/).filter(Boolean), unit: text('unit'), disabled: false },
    });
    this.form.reset();
    await this.load();
    await this.show(is);
  }
}
