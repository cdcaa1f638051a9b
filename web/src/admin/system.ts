/** The system administrator's desk: how the node is. */
import { send } from '../lib/ask';
import { make } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { Problem } from '../lib/problem';
import { stamp } from '../lib/time';
import { Frame, table, type Desk } from './desk';
import { read, type Figure } from './metrics';

/** How often the node is asked, in milliseconds. */
const every = 10_000;

const commands = ['suhe backup', 'suhe restore'];

export class System implements Desk {
  private readonly frame: Frame;
  private readonly health = make('div', { className: 'health' });
  private readonly figures = make('div');
  private readonly backup = make('div', { className: 'backup' });
  private state: { alive: boolean; ready: boolean; why: string; at: number; figures: Figure[] } | undefined;

  constructor(private readonly version: string, lang: () => Lang) {
    this.frame = new Frame('system', lang);
    this.frame.body.append(this.health, this.figures, this.backup);
    void this.check();
    setInterval(() => void this.check(), every);
  }

  get root(): HTMLElement {
    return this.frame.root;
  }

  speak(): void {
    this.frame.speak();
    this.draw();
  }

  private async check(): Promise<void> {
    await this.frame.try(async () => {
      const [alive, ready, metrics] = await Promise.all([this.holds('/healthz'), this.holds('/readyz'), send('/metrics')]);
      this.state = { alive: alive === '', ready: ready === '', why: ready, at: Date.now(), figures: read(await metrics.text()).filter((f) => f.name.startsWith('suhe_') && f.value !== 0) };
    });
    this.draw();
  }

  /** Why something does not hold; "" if it does. */
  private async holds(path: string): Promise<string> {
    try {
      await send(path);
      return '';
    } catch (e) {
      if (e instanceof Problem) return e.message;
      throw e;
    }
  }

  private draw(): void {
    const { frame, state } = this;
    const lamp = (good: boolean, text: string): HTMLElement => make('p', { className: good ? 'lamp good' : 'lamp bad' }, text);
    if (state) {
      this.health.replaceChildren(
        lamp(state.alive, frame.word('alive')), lamp(state.ready, state.ready ? frame.word('ready') : `${frame.word('notReady')} ${state.why}`),
        make('p', {}, `${frame.word('version')} ${this.version}`), make('p', {}, `${frame.word('checked')} ${stamp(state.at)}`));
      this.figures.replaceChildren(table([frame.word('figure'), frame.word('meaning'), frame.word('value')], state.figures.map((f) => [f.name + f.labels, f.help, f.value.toLocaleString('en')])));
    }
    this.backup.replaceChildren(make('h3', {}, frame.word('backup')), make('p', { className: 'hint' }, frame.word('backupHint')), ...commands.map((c) => make('code', {}, c)));
  }
}
