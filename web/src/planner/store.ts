/** What a planner has set up, and who is told when it changes. */
import type { State } from './state';

type Heard = (is: State, was: State) => void;

export class Store {
  private readonly heard: Heard[] = [];

  constructor(private is: State) {}

  get state(): State {
    return this.is;
  }

  /** Calls after each change, in the order in which they asked to be called. */
  on(f: Heard): void {
    this.heard.push(f);
  }

  change(by: Partial<State>): void {
    const was = this.is;
    this.is = { ...was, ...by };
    for (const f of this.heard) f(this.is, was);
  }
}
