/** The forms of the desks: a document by its fields, and each problem at the field that the server names. */
import { make } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { Offline } from '../lib/problem';
import { instant, stamp } from '../lib/time';
import { valueAt, withValue, type Document } from './document';
import { faultOf, offsetOf } from './fault';
import { say } from './words';

/**
 * A field: list is of words with commas between, level a choice of a number, choices of several,
 * span a length of time, time one of Shanghai, code an expression, json whatever else there may be.
 */
export interface Field {
  name: string; // a path in the document
  label: string;
  as: 'text' | 'words' | 'number' | 'list' | 'span' | 'time' | 'check' | 'choice' | 'level' | 'choices' | 'code' | 'json';
  options?: [value: string, label: string][];
  hint?: string;
  required?: boolean;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLFieldSetElement;

interface Part { field: Field; control: Control; wrong: HTMLElement }

let made = 0; // of ids, which a page has once

export class Form {
  readonly root = make('form', { className: 'edit', noValidate: false });
  private readonly told = make('p', { className: 'told bad', role: 'alert' });
  private parts: Part[] = [];

  /** submit does what the form is for and may throw; more stands above its ways. */
  constructor(private readonly lang: () => Lang, fields: Field[], private doc: Document, text: string, submit: (doc: Document) => Promise<void>, ways: HTMLElement[] = [], more: HTMLElement[] = []) {
    const go = make('button', { type: 'submit', className: 'primary' }, text);
    this.parts = fields.map((f) => this.part(f));
    this.root.append(make('div', { className: 'fields' }, ...this.parts.map((p) => this.row(p))), ...more, this.told, make('div', { className: 'ways' }, ...ways, go));
    this.root.addEventListener('submit', (e) => {
      e.preventDefault();
      go.disabled = true;
      void this.try(submit).finally(() => { go.disabled = false; });
    });
  }

  control(name: string): Control | undefined {
    return this.parts.find((p) => p.field.name === name)?.control;
  }

  /** The document as it is given; throws SyntaxError of a field that is no JSON. */
  read(): Document {
    return this.parts.reduce((doc, p) => withValue(doc, p.field.name, read(p)), this.doc);
  }

  /** Sets what has no field of its own. */
  set(name: string, value: unknown): void {
    this.doc = withValue(this.doc, name, value);
  }

  /** Does something with the document; what is wrong is said at its field, or else below them all. Whether it was done. */
  async try(what: (doc: Document) => Promise<void>): Promise<boolean> {
    this.told.textContent = '';
    for (const p of this.parts) mark(p, '');
    try {
      await what(this.read());
      return true;
    } catch (e) {
      this.refused(e as Error);
      return false;
    }
  }

  private refused(e: Error): void {
    const fault = faultOf(e.message, this.parts.map((p) => p.field.name));
    const part = this.parts.find((p) => p.field.name === fault?.name);
    if (!fault || !part) {
      this.told.textContent = e instanceof Offline ? say('offline', this.lang()) : say('trouble', this.lang()) + e.message;
      return;
    }
    mark(part, fault.text);
    part.control.focus();
    if (part.control instanceof HTMLTextAreaElement && fault.line && fault.column) {
      const at = offsetOf(part.control.value, fault.line, fault.column);
      part.control.setSelectionRange(at, at + 1);
    }
  }

  private part(field: Field): Part {
    const control = controlOf(field, valueAt(this.doc, field.name));
    control.id = `field-${++made}`;
    const wrong = make('small', { className: 'wrong', id: `${control.id}-wrong` });
    control.setAttribute('aria-describedby', wrong.id);
    return { field, control, wrong };
  }

  private row({ field, control, wrong }: Part): HTMLElement {
    const hint = field.hint ? [make('small', {}, field.hint)] : [];
    if (control instanceof HTMLFieldSetElement) {
      control.prepend(make('legend', {}, field.label));
      return make('div', { className: 'field wide' }, control, ...hint, wrong);
    }
    if (field.as === 'check') return make('div', { className: 'field' }, make('label', { className: 'choice' }, control, field.label), ...hint, wrong);
    const wide = ['code', 'json', 'words'].includes(field.as) ? ' wide' : '';
    return make('div', { className: `field${wide}` }, make('label', { htmlFor: control.id }, field.label), control, ...hint, wrong);
  }
}

function mark({ control, wrong }: Part, text: string): void {
  wrong.textContent = text;
  if (text) control.setAttribute('aria-invalid', 'true');
  else control.removeAttribute('aria-invalid');
}

/** Hours, minutes, seconds and milliseconds, in this order. */
const span = '(?=\\d)(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?';

function controlOf({ name, as, options = [], required = false }: Field, value: unknown): Control {
  const text = value === undefined || value === null ? '' : String(value);
  const plain = { name, required, autocomplete: 'off', spellcheck: false } as const;
  switch (as) {
    case 'number': return make('input', { ...plain, type: 'number', step: 'any', value: text });
    case 'list': return make('input', { ...plain, value: (value as string[] | undefined)?.join(', ') ?? '' });
    case 'span': return make('input', { ...plain, pattern: span, title: '90s, 5m, 2h30m', placeholder: '5m', value: text });
    case 'time': return make('input', { ...plain, type: 'datetime-local', value: shanghai(text) });
    case 'check': return make('input', { name, type: 'checkbox', checked: value === true });
    case 'choice':
    case 'level': return make('select', { name, required }, ...options.map(([v, label]) => make('option', { value: v, selected: v === text }, label)));
    case 'choices': return make('fieldset', { name }, ...options.map(([v, label]) => make('label', { className: 'choice' }, make('input', { type: 'checkbox', value: v, checked: (value as string[] | undefined)?.includes(v) ?? false }), label)));
    case 'words': return make('textarea', { ...plain, rows: 2, value: text });
    case 'code': return make('textarea', { ...plain, rows: 2, className: 'code', value: text });
    case 'json': return make('textarea', { ...plain, rows: 2, className: 'code', value: value === undefined ? '' : JSON.stringify(value, null, 1) });
    default: return make('input', { ...plain, value: text });
  }
}

/** A time as a field of the page shows it, by the clock of Shanghai. */
function shanghai(text: string): string {
  const ms = instant(text);
  return ms === undefined ? '' : stamp(ms).slice(0, 16).replace(' ', 'T');
}

/** What is given in a field; undefined if nothing is. */
function read({ field: { name, as }, control }: Part): unknown {
  if (control instanceof HTMLFieldSetElement) {
    const chosen = [...control.querySelectorAll('input')].filter((i) => i.checked).map((i) => i.value);
    return chosen.length > 0 ? chosen : undefined;
  }
  if (as === 'check') return (control as HTMLInputElement).checked || undefined;
  const text = control.value.trim();
  if (text === '') return undefined;
  switch (as) {
    case 'number':
    case 'level': return Number(text);
    case 'list': return text.split(/[,，、\s]+/).filter(Boolean);
    case 'time': return `${text.length === 16 ? `${text}:00` : text}+08:00`;
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch (e) {
        throw new SyntaxError(`${name}: ${(e as Error).message}`);
      }
    default: return text;
  }
}
