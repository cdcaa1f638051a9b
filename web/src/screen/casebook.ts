/** The cases that the wall tells of: each step by the stream at once, and their clocks by a list that is asked for when there were steps. */
import type { Named } from '../lib/api';
import { ask } from '../lib/ask';
import { alarmRow, eventTables, incidentRow, type ListedAlarm } from '../lib/cases';
import { Docket, type CaseRow } from '../lib/docket';
import type { Touched } from '../lib/picture';
import { sees, type Me } from '../lib/session';
import { throttled } from '../lib/throttle';
import type { Row } from './phases';

/** The list is asked for so often at most, and when nothing happens, in milliseconds: a wall shows what it may have missed. */
const askEvery = 1500;
const askAnyhow = 60_000;

/** So many are asked for: what a wall can count. */
const most = 1000;

export class Casebook {
  private readonly docket = new Docket();
  private readonly soon = throttled(() => void this.fetch(), askEvery);
  private rows: Row[] = [];
  /** Incidents that are over, the last found first. */
  over: Row[] = [];
  classes: Named[] = [];

  /** fresh is called with what was not open before, step with every step. */
  constructor(private readonly who: Me, private readonly fresh: (row: CaseRow) => void, private readonly step: (row: CaseRow) => void) {
    setInterval(this.soon, askAnyhow);
  }

  /** A session has begun: what happened before it nobody told. */
  async hello(): Promise<void> {
    this.soon();
    if (this.classes.length === 0 && sees(this.who, 'incident')) this.classes = (await eventTables().catch(() => ({ classes: [] }))).classes; // the next session asks again
  }

  take(t: Touched): void {
    for (const e of t.events) {
      const is = this.docket.take(e);
      if (!is) continue;
      this.step(is.row);
      if (is.fresh) this.fresh(is.row);
      this.soon();
    }
  }

  /** All that are open, worst first. */
  open(): CaseRow[] {
    return this.docket.open();
  }

  /** The open incidents with their clocks, in the states of now. */
  get listed(): Row[] {
    const open = new Map(this.docket.open().map((r) => [r.id, r]));
    return this.rows.flatMap((r) => {
      const is = open.get(r.id);
      return is ? [{ ...r, state: is.state, severity: is.severity }] : [];
    });
  }

  private async fetch(): Promise<void> {
    const turn = this.docket.begin();
    try {
      if (sees(this.who, 'incident')) {
        const [open, over] = await Promise.all([list<Row>('incidents', `open=true&limit=${most}`), list<Row>('incidents', 'open=false&limit=200')]);
        this.rows = open;
        this.over = over;
        this.docket.fill('incident', open.map((r) => incidentRow(r, true)), turn).forEach(this.fresh);
      }
      if (sees(this.who, 'alarm')) this.docket.fill('alarm', (await list<ListedAlarm>('alarms', `open=true&limit=${most}`)).map(alarmRow), turn).forEach(this.fresh);
    } catch {
      // Of a server that is away the sign tells; the last lists stay, and the next session asks again.
    }
  }
}

const list = async <T>(kind: 'incidents' | 'alarms', what: string): Promise<T[]> => (await ask<Record<string, T[]>>(`/v1/${kind}?${what}`))[kind] ?? [];
