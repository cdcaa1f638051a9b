/** Which tiles are to be fetched again. */
import type { TileId, TileNews } from './frames';

/** What news came of, by source, since it was last taken: many mentions of a tile are one. */
export class Stale {
  private readonly sources = new Map<string, Map<string, TileId> | 'all'>();

  add({ changed, all }: TileNews): void {
    for (const [source, ids] of Object.entries(changed)) {
      const known = this.sources.get(source) ?? new Map<string, TileId>();
      if (known !== 'all') for (const id of ids) known.set(id.join('/'), id);
      this.sources.set(source, known);
    }
    for (const source of all) this.sources.set(source, 'all');
  }

  /** The sources with stale tiles. */
  names(): string[] {
    return [...this.sources.keys()];
  }

  /** The source's stale tiles, which are then no longer stale. */
  take(source: string): TileId[] | 'all' {
    const known = this.sources.get(source) ?? new Map<string, TileId>();
    this.sources.delete(source);
    return known === 'all' ? known : [...known.values()];
  }
}

/** The first and the last zoom of tiles; undefined for none. */
export function zoomsOf(zooms: number[]): [number, number] | undefined {
  return zooms.length > 0 ? [Math.min(...zooms), Math.max(...zooms)] : undefined;
}
