/** Asking one of the questions: its fields, what the server answers, and where that is. */
import { button, make, say as put } from '../lib/dom';
import { around } from '../lib/geo';
import type { Lang } from '../lib/i18n';
import { groundOf, type Ground } from './asks';
import { bar } from './figures';
import { field, grounds, select, wrong, type Bench, type Pane } from './bench';
import { questions, type Answer, type Field, type Question } from './questions';
import { filterOf } from './state';
import { say, isPlannerWord, type PlannerWord } from './words';

/** How many of what an answer names are listed. */
const mostListed = 200;

export class QuestionPane implements Pane {
  readonly root = make('section', { className: 'pane' });
  private readonly form = make('form', { className: 'fields' });
  private readonly told = make('p', { className: 'told', role: 'status' });
  private readonly found = make('div', { className: 'found' });
  private answer: Answer | undefined;
  private turn = 0;
  private spoken: Lang | undefined;

  /** drawn is told what is to be seen of an answer on the map; of none it is told undefined. */
  constructor(private readonly bench: Bench, private readonly drawn: (a: Answer | undefined) => void) {
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.ask();
    });
    bench.store.on((is, was) => {
      if (is.question !== was.question || is.shapes !== was.shapes) this.speak();
    });
  }

  private get question(): Question {
    return questions.find((q) => q.key === this.bench.store.state.question) ?? questions[0]!;
  }

  /** What a field has: what was given, else what is usual. */
  private value(f: Field): string {
    return this.bench.store.state.given[f.name] ?? f.usual;
  }

  speak(): void {
    const lang = this.bench.lang();
    const { question } = this;
    const which = select(questions.map((q) => [q.key, say(q.key, lang)] as const), question.key, (key) => {
      this.drop();
      this.bench.store.change({ question: key, given: {} });
    });
    which.dataset.key = 'question';
    this.form.replaceChildren(...question.fields.map((f) => this.field(f)),
      make('div', { className: 'row' }, make('button', { type: 'submit', className: 'primary' }, say('go', lang)), button(say('drop', lang), () => this.drop())));
    if (lang !== this.spoken) this.tell(''); // what was told was told in another language
    this.spoken = lang;
    this.root.replaceChildren(field(say('question', lang), which), this.form, this.told, this.found);
    this.show();
  }

  private give(name: string, value: string): void {
    this.bench.store.change({ given: { ...this.bench.store.state.given, [name]: value }, question: this.question.key });
  }

  private field(f: Field): HTMLElement {
    const lang = this.bench.lang();
    const { names } = this.bench;
    const is = this.value(f);
    const given = (v: string): void => this.give(f.name, v);
    const choice = (options: (readonly [string, string])[]): HTMLElement => {
      const s = select(options.some(([v]) => v === is) ? options : [[is, is] as const, ...options], is, given);
      s.name = f.name;
      return field(say(f.label, lang), s);
    };
    const input = (type: string): HTMLInputElement => {
      const e = make('input', { type, name: f.name, value: is, step: 'any', min: '0', autocomplete: 'off', spellcheck: false });
      e.addEventListener('change', () => given(e.value.trim()));
      return e;
    };
    switch (f.is) {
      case 'number': return field(say(f.label, lang), input('number'));
      case 'class': return choice(names.layers.flatMap((l) => l.classes.map((c) => [c.code, `${names.layer(l.layer)} · ${names.class(c.code)}`] as const)));
      case 'bank': return choice([['', say('both', lang)], ['left', say('left', lang)], ['right', say('right', lang)]]);
      case 'phenomenon': return choice(names.phenomena.map((p) => [p.code, names.named(p)] as const));
      case 'scope': return choice([['cases', say('monthCases', lang)], ['layer', say('thisLayer', lang)]]);
      case 'ground': return choice([...(f.usual === 'stretch' ? [['stretch', say('stretch', lang)] as const] : []), ...grounds(this.bench).filter(([v]) => v !== '' || f.usual === '')]);
      case 'shape': {
        const shapes = grounds(this.bench).filter(([v]) => v !== '' && v !== 'view');
        return choice(shapes.length === 0 ? [['', say('needShape', lang)]] : is === '' ? [['', '—'], ...shapes] : shapes);
      }
      case 'thing': {
        const e = input('text');
        const use = button(say('useChosen', lang), () => {
          const id = this.bench.chosen()?.id;
          if (!id) return this.tell(say('needThing', lang), true);
          e.value = id;
          given(id);
        }, 'small');
        return make('div', { className: 'row' }, field(say(f.label, lang), e), use);
      }
      default: return choice(f.is.map((v) => [v, isPlannerWord(v) ? say(gainWord(v), lang) : v] as const));
    }
  }

  private tell(text: string, bad = false): void {
    put(this.told, text);
    this.told.classList.toggle('bad', bad);
  }

  drop(): void {
    this.turn++;
    this.answer = undefined;
    this.drawn(undefined);
    this.tell('');
    this.show();
  }

  /** What is counted: the incidents of this month, or the layer as it is filtered. */
  private scope(): Record<string, string> {
    const { state } = this.bench.store;
    const scope = this.question.fields.find((f) => f.is === 'scope');
    if (!scope) return {};
    if (this.value(scope) === 'cases') return { kind: 'incident', from: `${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)}-01T00:00:00+08:00` };
    return { kind: this.bench.names.kind(state.layer), filter: filterOf(state, state.layer) };
  }

  private ground(): Ground {
    const { state } = this.bench.store;
    const f = this.question.fields.find((o) => o.name === 'ground');
    const value = f ? this.value(f) : '';
    return value === 'stretch' ? {} : groundOf({ ...state, ground: value }, this.bench.map.box());
  }

  /** Asks; go: the map goes where the answer is. */
  async ask(go = true): Promise<void> {
    const turn = ++this.turn;
    const { question } = this;
    const lang = this.bench.lang();
    const missing = question.fields.some((f) => f.is === 'thing' && this.value(f) === '');
    if (missing) return this.tell(say('needThing', lang), true);
    if (this.bench.store.state.question !== question.key) this.bench.store.change({ question: question.key });
    this.tell(say('asking', lang));
    try {
      const answer = await question.ask({
        lang, ground: this.ground(), scope: this.scope(), className: (c) => this.bench.names.class(c),
        phenomenonName: (code) => { const p = this.bench.names.phenomena.find((o) => o.code === code); return p ? this.bench.names.named(p) : code; },
        value: (name) => { const f = question.fields.find((o) => o.name === name); return f ? this.value(f) : ''; },
      });
      if (turn !== this.turn) return;
      this.answer = answer;
      this.tell(answer.said);
      this.drawn(answer);
      const box = go ? around(answer.features.map((f) => f.geometry)) : undefined;
      if (box) this.bench.map.go(box);
    } catch (e) {
      if (turn === this.turn) this.tell(wrong(e, lang), true);
    }
    this.show();
  }

  private show(): void {
    const lang = this.bench.lang();
    const a = this.answer;
    if (!a) return this.found.replaceChildren();
    const most = Math.max(1e-9, ...(a.bars ?? []).map((b) => b.count));
    this.found.replaceChildren(
      ...(a.bars ? [make('ul', { className: 'bars' }, ...a.bars.map((b) => make('li', {}, make('div', { className: 'bar' }, make('span', { className: 'what' }, b.name), make('span', { className: 'many' }, b.more), bar(b.count / most)))))] : []),
      make('ul', { className: 'items' }, ...a.items.slice(0, mostListed).map((i) => {
        const text = [make('span', {}, i.name), make('small', {}, i.more)];
        if (!i.geometry) return make('li', { className: 'plain' }, ...text);
        const b = button('', () => {
          const { geometry, thing } = i;
          if (thing) this.bench.choose({ layer: this.bench.names.layerOf(thing.kind), id: thing.id, name: i.name, geometry }, true);
          else {
            const box = around([geometry!]);
            if (box) this.bench.map.go(box);
          }
        });
        b.replaceChildren(...text);
        return make('li', {}, b);
      }), ...(a.items.length > mostListed ? [make('li', { className: 'hint' }, say('rest', lang, { n: a.items.length - mostListed }))] : [])),
    );
  }
}

/** What to cover is said otherwise than an area elsewhere. */
const gainWord = (v: PlannerWord): PlannerWord => (v === 'area' ? 'gainArea' : v === 'bank' ? 'gainBank' : v);
