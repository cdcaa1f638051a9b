/** Asks why somebody looks at a camera or at where a person was, once or for the rest of the login. */
import { button, make } from '../lib/dom';
import { choose, word, type Lang } from '../lib/i18n';
import { forgetReason, longest, needsIncident, needsWords, purposes, reasonOf, rememberedReason, rememberReason, type Reason } from '../lib/purpose';

export class Why {
  private readonly dialog = make('dialog', { id: 'why' });
  private answered: ((reason: Reason | undefined) => void) | undefined;

  constructor(private readonly who: string, private readonly lang: () => Lang) {
    document.body.append(this.dialog);
    this.dialog.addEventListener('close', () => { if (!this.dialog.open) this.answer(undefined); }); // a late event may find the next question
  }

  /** The reason to look at what is so called, for an incident if its number is given; undefined if there is none, and then nothing is to be shown. */
  async ask(what: string, incident = ''): Promise<Reason | undefined> {
    const known = rememberedReason(this.who);
    if (known) return known;
    this.answer(undefined);
    this.draw(what, incident);
    this.dialog.showModal();
    return new Promise((answered) => { this.answered = answered; });
  }

  /** Asks again at the next look. */
  forget(): void {
    forgetReason();
  }

  private answer(reason: Reason | undefined): void {
    const { answered } = this;
    this.answered = undefined;
    answered?.(reason);
    if (reason) this.dialog.close();
  }

  private draw(what: string, number: string): void {
    const lang = this.lang();
    const choices = purposes.map(([zh, en], i) => {
      const box = make('input', { type: 'radio', name: 'purpose', value: zh, checked: number === '' ? i === 0 : needsIncident(zh) });
      return make('label', { className: 'choice' }, box, choose([zh, en], lang));
    });
    const words = make('input', { id: 'why-words', name: 'words', maxLength: longest.words, autocomplete: 'off' });
    const incident = make('input', { id: 'why-incident', name: 'incident', maxLength: longest.incident, autocomplete: 'off', value: number });
    const keep = make('input', { type: 'checkbox', name: 'keep', checked: true });
    const ok = make('button', { type: 'submit', className: 'primary' }, word('look', lang));
    const wordsRow = make('div', { className: 'field' }, make('label', { htmlFor: words.id }, word('ownWords', lang)), words);
    const incidentLabel = make('label', { htmlFor: incident.id });
    const form = make('form', { method: 'dialog' },
      make('h2', { id: 'why-title' }, word('whyTitle', lang)), make('p', { className: 'hint' }, word('whyHint', lang).replace('{what}', what)),
      make('fieldset', {}, make('legend', {}, word('purpose', lang)), ...choices), wordsRow,
      make('div', { className: 'field' }, incidentLabel, incident), make('label', { className: 'choice' }, keep, word('keepReason', lang)),
      make('div', { className: 'ways' }, button(word('cancel', lang), () => this.dialog.close()), ok));
    const given = (): [string, string, string] => [new FormData(form).get('purpose')?.toString() ?? '', words.value, incident.value];
    const judge = (): void => {
      const [purpose] = given();
      wordsRow.hidden = !needsWords(purpose);
      incidentLabel.textContent = word(needsIncident(purpose) ? 'incident' : 'incidentIfAny', lang);
      ok.disabled = !reasonOf(...given());
    };
    form.addEventListener('input', judge);
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      const reason = reasonOf(...given());
      if (!reason) return;
      if (keep.checked) rememberReason(this.who, reason);
      this.answer(reason);
    });
    judge();
    this.dialog.setAttribute('aria-labelledby', 'why-title');
    this.dialog.replaceChildren(form);
  }
}
