/** A login on a page that outlives it: when it ends the view stays as it is, out of sight, until the same person is here again. */
import { element } from '../lib/dom';
import { leave, type Entered } from '../lib/entrance';
import type { Guard, Why } from '../lib/guard';
import type { Lang } from '../lib/i18n';
import { Pass } from '../lib/pass';
import { forgetReason } from '../lib/purpose';
import { Relogin } from './relogin';

export class Stay {
  /** Nobody is logged in: nothing is asked for. */
  resting = false;
  private readonly pass: Pass;
  private readonly relogin: Relogin;

  /** ended is called when the login is over, again when the same person has logged in again. */
  constructor(entered: Entered, lang: () => Lang, private readonly around: { ended(): void; again(): void }) {
    this.relogin = new Relogin(entered.who.id, lang, () => void this.again());
    this.pass = new Pass({ user: element('user'), ending: element('ending') }, entered, lang, (why) => this.over(why));
  }

  get guard(): Guard {
    return this.pass.guard;
  }

  /** The stream was refused: revoked, if it said that the login has ended. */
  barred(revoked: boolean): void {
    if (revoked) this.guard.end('revoked');
    else void this.guard.check();
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    this.pass.speak();
    this.relogin.speak();
  }

  /** Where rights were taken away nothing is kept. */
  private over(why: Why): void {
    if (why === 'revoked') return leave(why);
    this.resting = true;
    forgetReason();
    this.around.ended();
    this.relogin.open(why);
  }

  private async again(): Promise<void> {
    this.resting = false;
    await this.guard.again();
    this.around.again();
  }
}
