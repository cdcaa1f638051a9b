/** How a live page opens: by its sign it says what it waits for, and what went wrong. */
import { element } from './dom';
import { enter, leave, type Entered } from './entrance';
import { savedLanguage, word } from './i18n';
import { Problem } from './problem';
import { home, type Me } from './session';
import { savedTheme, wear } from './theme';

/**
 * Lets who may open it begin; anybody else goes where he has something to do. begin is given
 * what says that the server is away, while there is nothing else to show.
 */
export function openPage(mayOpen: (who: Me) => boolean, begin: (entered: Entered, awaiting: () => void) => Promise<void>): void {
  const sign = (status: 'reconnecting' | 'ended'): void => {
    element('sign').dataset.status = status;
    element('sign').textContent = word(status, savedLanguage());
  };
  const awaiting = (): void => sign('reconnecting');
  wear(savedTheme());
  enter(awaiting)
    .then((entered) => (mayOpen(entered.who) ? begin(entered, awaiting) : location.replace(home(entered.who))))
    .catch((e: unknown) => {
      if (e instanceof Problem && e.status === 401) return leave('revoked');
      sign('ended');
      element('detail').textContent = (e as Error).message;
      throw e;
    });
}
