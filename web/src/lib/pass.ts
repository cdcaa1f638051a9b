/** The login on a page: who it is, that it ends soon, that it has ended. */
import { button, make, say } from './dom';
import type { Entered } from './entrance';
import type { Ending } from './expiry';
import { Guard, type Why } from './guard';
import { word, type Lang } from './i18n';
import { UserMenu } from './user';

export interface Parts { user: HTMLElement; ending: HTMLElement }

/** How long it can be read that rights have changed, before the page begins anew with them, in milliseconds. */
const readable = 4000;

export class Pass {
  readonly guard: Guard;
  private readonly menu: UserMenu;
  private readonly text = make('span');
  private readonly stay: HTMLButtonElement;
  private ending: Ending | undefined;
  private changed = false;

  /** over is called when the login has ended. */
  constructor(private readonly parts: Parts, { who, at }: Pick<Entered, 'who' | 'at'>, private readonly lang: () => Lang, over: (why: Why) => void) {
    this.menu = new UserMenu(parts.user, who, lang);
    this.guard = new Guard(who, at, { near: (e) => this.near(e), over, changed: () => this.anew() });
    this.stay = button('', () => void this.guard.again(), 'primary');
    parts.ending.replaceChildren(this.text, this.stay);
    this.speak();
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    this.menu.speak();
    this.near(this.ending);
  }

  private near(ending: Ending | undefined): void {
    this.ending = ending;
    const lang = this.lang();
    this.parts.ending.hidden = !ending && !this.changed;
    this.stay.hidden = this.changed || !ending?.idle;
    say(this.stay, word('stay', lang));
    if (this.changed) say(this.text, word('rightsChanged', lang));
    else if (ending) say(this.text, word(ending.idle ? 'idleSoon' : 'endsSoon', lang).replace('{t}', left(ending.at - Date.now())));
  }

  /** Rights have changed: what may no longer be seen is not to stay in this page's memory. */
  private anew(): void {
    this.changed = true;
    this.near(this.ending);
    setTimeout(() => location.reload(), readable);
  }
}

/** Minutes and seconds that are left. */
function left(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}
