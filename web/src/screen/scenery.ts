/** The middle of the wall: the map, what stands and moves on it in three dimensions, and who else looks at it. */
import { element } from '../lib/dom';
import type { Live, Request } from '../lib/frames';
import type { Lang } from '../lib/i18n';
import { viewId } from '../lib/stream';
import type { Touched } from '../lib/picture';
import { Company } from '../map/company';
import { moverLayer } from '../map/movers';
import { Places } from '../map/places';
import type { Scene3D } from '../map/scene';
import { Fleet } from './craft';
import type { Facts } from './stage';
import { View3D, type Around as AroundView } from './view';

/** What it asks the page for, and tells it. */
export interface Around extends Omit<AroundView, 'covered' | 'broken' | 'restored'> {
  objects(): Map<number, Live>;
  send(r: Request): void;
  lang(): Lang;
  sees: boolean; // whether the others who look are shown
}

export class Scenery {
  readonly view: View3D;
  readonly company: Company;
  private readonly fleet = new Fleet();

  /** The map is ready. What is known already is shown. */
  constructor(readonly map: Scene3D, facts: Facts, private readonly around: Around) {
    this.view = new View3D(map.map, facts, this.fleet, {
      ...around, covered: () => element('spotlight').offsetHeight, broken: (is) => { element('broken').hidden = !is; }, restored: () => this.retold(),
    });
    this.company = new Company(map, {
      button: element('who'), panel: element('here'), title: element('here-title'), label: element('name-label'),
      name: element<HTMLInputElement>('name'), list: element('screens'), following: element('following'), stop: element('stop'),
    }, {
      send: around.send, lang: around.lang, selected: () => 0, sees: around.sees, named: (fid) => around.objects().get(fid)?.name ?? `#${fid}`, places: new Places(map.map),
    });
    this.retold();
  }

  take(t: Touched): void {
    this.map.take(t);
    const now = Date.now();
    for (const { was, is } of t.changes) {
      const o = is ?? was;
      if (o?.layer === moverLayer) this.fleet.take(o.fid, is, now);
    }
  }

  /** The graphics are new: they are told what the page knows. */
  private retold(): void {
    this.take({ id: viewId, changes: [...this.around.objects().values()].map((is) => ({ was: is, is })), events: [], resync: false });
  }
}
