/** The rules that raise alarms, beside how often each was right. */
import * as api from '../lib/api';
import { ask } from '../lib/ask';
import { eventTables, tallies, type Tally } from '../lib/cases';
import { severityWord } from '../lib/casewords';
import { choose, type Lang } from '../lib/i18n';
import type { Field } from './form';
import type { Paper, Papers, Say } from './papers';
import { fieldsOf, ruleKinds, type Rule } from './rulefields';
import { trialPart } from './trial';
import { isAdminWord, type AdminWord } from './words';

/** The severities that a rule may have; 0 is for information. */
const severities = [1, 2, 3, 4, 0];

/** What fields are like, beside their names. */
const likes: Partial<Record<keyof Rule, Field['as']>> = {
  classes: 'list', others: 'list', findings: 'list', where: 'code', when: 'code', clear: 'code', for: 'span', within: 'span', over: 'span', after: 'span', hold: 'span',
  times: 'number', band: 'number', count: 'number', metres: 'number', gather: 'number', reliability: 'number', unseen: 'check', across: 'check', off: 'check',
  schedule: 'json', inhibits: 'json', overrides: 'json', sources: 'json',
};

export class Rules implements Papers<Rule> {
  readonly name = 'rules';
  readonly check = '/v1/rules/check';
  readonly redrawnBy = 'kind';
  readonly trial = trialPart;
  readonly heads: AdminWord[] = ['heading', 'kind', 'severity', 'alarmed', 'wrongly'];
  private tallies = new Map<string, Tally>();
  private tables: api.Tables | undefined;
  private events: api.Named[] = [];
  private fences: string[] = [];

  blank(): Partial<Rule> {
    return { kind: 'threshold', severity: 4 };
  }

  async ready(): Promise<void> {
    const [all, tables, { classes }, { fences }] = await Promise.all([tallies(), api.tables(), eventTables(), ask<{ fences: { name: string }[] }>('/v1/fences')]);
    this.tallies = new Map(all.map((t) => [t.of, t]));
    this.tables = tables;
    this.events = classes;
    this.fences = fences.map((f) => f.name);
  }

  row({ name, doc }: Paper<Rule>, say: Say, lang: Lang): string[] {
    const t = this.tallies.get(`rule ${name}`);
    return [
      `${choose([doc.title, doc.titleEn], lang)}${doc.off ? ` · ${say('disabled')}` : ''}`, kindWord(doc.kind, say), severityWord(doc.severity, lang),
      t ? t.alarms.toLocaleString('en') : '0', t && t.confirmed + t.false > 0 ? `${t.false} / ${t.confirmed + t.false} · ${Math.round(t.falseRate * 100)} %` : '—',
    ];
  }

  fields(doc: Partial<Rule>, say: Say, lang: Lang): Field[] {
    return fieldsOf(doc.kind ?? 'threshold').map((name) => this.field(name, say, lang));
  }

  private field(name: keyof Rule, say: Say, lang: Lang): Field {
    const key = `rule_${name}`;
    const label = isAdminWord(key) ? say(key) : isAdminWord(name) ? say(name) : name;
    const hint = isAdminWord(`${key}_hint`) ? { hint: say(`${key}_hint` as never) } : {};
    const options = this.options(name, say, lang);
    const required = ['title', 'titleEn', 'kind', 'severity', 'phenomenon', 'fence'].includes(name);
    return { name, label, as: likes[name] ?? (name === 'severity' ? 'level' : options ? 'choice' : 'text'), ...(options ? { options } : {}), required, ...hint };
  }

  private options(name: keyof Rule, say: Say, lang: Lang): [string, string][] | undefined {
    const none: [string, string] = ['', say('nothingChosen')];
    const named = (all: api.Named[]): [string, string][] => [none, ...all.map((n): [string, string] => [n.code, `${choose([n.name, n.nameEn], lang)} · ${n.code}`])];
    switch (name) {
      case 'kind': return ruleKinds.map((k) => [k, kindWord(k, say)]);
      case 'severity': return severities.map((s) => [String(s), severityWord(s, lang)]);
      case 'phenomenon': return named(this.tables?.phenomena ?? []);
      case 'event': return named(this.events);
      case 'fence': return [none, ...this.fences.map((f): [string, string] => [f, f])];
      case 'promote': return [none, ['raised', say('promoteRaised')], ['confirmed', say('promoteConfirmed')]];
      case 'on': return [none, ['enter', say('onEnter')], ['exit', say('onExit')], ['dwell', say('onDwell')]];
      default: return undefined;
    }
  }
}

function kindWord(kind: Rule['kind'], say: Say): string {
  return say(`kind_${kind}`);
}
