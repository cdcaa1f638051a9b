/** Lines for tests. */
import { entryOf, type Entry, type More } from './entry';
import type { CaseRow } from '../lib/docket';

const known: More = { rev: 1, titleEn: '', address: '', channel: 'hotline', unit: '', person: '', supervised: false, extension: false, begun: 1000, due: undefined, step: '' };

export function entry(id: string, more: Partial<Entry> = {}): Entry {
  const row: CaseRow = { kind: 'incident', id, rev: 1, open: true, class: 'facility.railing', title: id, area: '310107015', state: 'filed', severity: 3, light: 0, storm: '', place: [121.43, 31.25] };
  return { ...entryOf(row, known), ...more };
}
