/** The fences that rules watch: a polygon that is drawn, a corridor of one bank, or a stretch of the creek. */
import type { Schemas } from '../lib/contract';
import { make } from '../lib/dom';
import { choose, type Lang } from '../lib/i18n';
import { savedTheme } from '../lib/theme';
import type { Form, Field } from './form';
import type { Paper, Papers, Say } from './papers';
import type { AdminWord } from './words';

type Fence = Schemas['fenceDocument'];

/** What a fence may be; the page asks which, the document has it by what is there. */
const shapes = ['polygon', 'corridor', 'chainage'] as const;
type Shape = (typeof shapes)[number];

/** A document of the form: shape is the page's own and is not sent. */
type Drawn = Fence & { shape?: Shape };

const shapeOf = (doc: Partial<Drawn>): Shape => doc.shape ?? shapes.find((s) => doc[s]) ?? 'polygon';

export class Fences implements Papers<Drawn> {
  readonly name = 'fences';
  readonly redrawnBy = 'shape';
  readonly pages = ['shape'];
  readonly heads: AdminWord[] = ['heading', 'shape', 'extent'];

  constructor(private readonly lang: () => Lang) {}

  blank(): Partial<Drawn> {
    return {};
  }

  row({ doc }: Paper<Drawn>, say: Say, lang: Lang): string[] {
    const extent = doc.corridor ? `${doc.corridor.bank === 'left' ? say('leftBank') : say('rightBank')} ${doc.corridor.from}–${doc.corridor.to} m, ${doc.corridor.width} m`
      : doc.chainage ? `${doc.chainage.from}–${doc.chainage.to} m` : '';
    return [choose([doc.title, doc.titleEn], lang), say(shapeOf(doc)), extent];
  }

  fields(doc: Partial<Drawn>, say: Say): Field[] {
    const metres = (name: string, label: string): Field => ({ name, label, as: 'number', required: true });
    const shape = shapeOf(doc);
    return [
      { name: 'title', label: say('title'), as: 'text', required: true }, { name: 'titleEn', label: say('titleEn'), as: 'text', required: true },
      { name: 'shape', label: say('shape'), as: 'choice', options: shapes.map((s) => [s, say(s)]) },
      ...(shape === 'polygon' ? [{ name: 'polygon', label: say('outline'), as: 'json', required: true, hint: say('outlineHint') } as const] : []),
      ...(shape === 'corridor' ? [
        { name: 'corridor.bank', label: say('bank'), as: 'choice', options: [['left', say('leftBank')], ['right', say('rightBank')]] } as Field,
        metres('corridor.from', say('fromMetres')), metres('corridor.to', say('toMetres')), metres('corridor.width', say('width')),
      ] : []),
      ...(shape === 'chainage' ? [metres('chainage.from', say('fromMetres')), metres('chainage.to', say('toMetres'))] : []),
      { name: 'schedule', label: say('schedule'), as: 'json', hint: say('rule_schedule_hint') },
    ];
  }

  /** The map on which a polygon is drawn; its outline is in the field, too, for who draws with no mouse. */
  part(form: Form, doc: Partial<Drawn>, say: Say): HTMLElement {
    const box = make('div', { className: 'drawing' });
    const field = form.control('polygon');
    if (shapeOf(doc) !== 'polygon' || !(field instanceof HTMLTextAreaElement)) return box;
    // MapLibre is large, and nobody else here needs it.
    void import('./fencemap').then(({ FenceMap }) => {
      const map = new FenceMap(box, doc.polygon as GeoJSON.Polygon | GeoJSON.MultiPolygon | undefined, savedTheme(), this.lang(), say, (polygon) => { field.value = polygon ? JSON.stringify(polygon) : ''; });
      field.addEventListener('change', () => map.show(field.value));
      document.querySelector('dialog.sheet')?.addEventListener('close', () => map.remove());
    });
    return box;
  }
}
