import { describe, expect, it } from 'vitest';
import { Docket } from '../lib/docket';
import type { WorldEvent } from '../lib/frames';
import { entryOf } from './entry';
import { everything, ordered, passes } from './filter';
import { drawn, Roll, scrolled } from './roll';
import { entry } from './sample';

const lines = (...ids: string[]) => ids.map((id) => entry(id));

describe('the list as it is worked with', () => {
  it('keeps the current line, wherever it goes', () => {
    const r = new Roll();
    expect([r.index, r.current]).toEqual([-1, undefined]);
    r.set(lines('a', 'b', 'c'));
    r.move(1);
    r.set(lines('z', 'c', 'b', 'a'));
    expect([r.index, r.current?.id]).toEqual([2, 'b']);
    r.set(lines('z', 'c', 'a'));
    expect(r.current?.id).toBe('a'); // what came to its place
    r.set(lines('z'));
    expect(r.current?.id).toBe('z');
    r.set([]);
    expect(r.index).toBe(-1);
  });
  it('ends at the ends', () => {
    const r = new Roll();
    r.set(lines('a', 'b'));
    r.move(-5);
    expect(r.index).toBe(0);
    r.go(Infinity);
    expect(r.current?.id).toBe('b');
    expect(r.find('a') && r.index === 0 && !r.find('x')).toBe(true);
  });
  it('picks lines, and drops what is gone', () => {
    const r = new Roll();
    r.set(lines('a', 'b', 'c', 'd'));
    r.pick('d');
    r.pickTo(1);
    expect(r.picked.map((e) => e.id)).toEqual(['a', 'b', 'd']);
    r.pick('a');
    r.set(lines('d', 'c', 'a'));
    expect(r.picked.map((e) => e.id)).toEqual(['d']);
    r.pickAll();
    expect(r.picked.length).toBe(3);
    r.pickAll();
    expect(r.picked.length).toBe(0);
  });
});

describe('what is drawn', () => {
  it('is what is seen and a little around it, however many there are', () => {
    expect(drawn(0, 360, 36, 5000)).toEqual([0, 18]);
    expect(drawn(36_000, 360, 36, 5000)).toEqual([992, 1018]);
    expect(drawn(179_640, 360, 36, 5000)).toEqual([4982, 5000]);
    expect(drawn(10_000, 360, 36, 3)).toEqual([3, 3]); // it became short meanwhile
  });
  it('scrolls just so far that a line is seen below the head', () => {
    expect(scrolled(0, 400, 36, 34, 3)).toBe(0);
    expect(scrolled(0, 400, 36, 34, 11)).toBe(66);
    expect(scrolled(720, 400, 36, 34, 4)).toBe(144);
  });
});

it('five thousand lines that change by events stay one list, of which few lines are drawn', () => {
  const d = new Docket();
  const rows = Array.from({ length: 5000 }, (_, i) => {
    const { kind, class: of, title, area, state, storm, place } = entry(`n${i}`);
    return { kind, id: `n${i}`, rev: 1, open: true, class: of, title, area, state, severity: 1 + (i % 4), light: i % 3, storm, place };
  });
  d.fill('incident', rows, d.begin());
  const r = new Roll();
  const show = (): void => r.set(ordered(d.open().map((row) => entryOf(row, undefined)).filter((e) => passes({ ...everything, severity: 2 }, e, { who: { id: '', actions: [] }, now: 0, words: () => '', found: new Set() })), { by: 'id', down: false }, (e) => e.id));
  show();
  expect(r.rows.length).toBe(2500);
  r.find('n4001');
  const current = r.current?.id;
  for (let i = 0; i < 300; i++) {
    const e: WorldEvent = { seq: i, time: 0, type: 'x', layer: 'incidents', fid: i, id: `n${i * 4}`, case: { rev: 2, open: false, class: '', name: '', area: '', state: 'closed', severity: 1, light: 0, storm: '', lon: 0, lat: 0 } };
    d.take(e);
  }
  show();
  expect(r.rows.length).toBe(2200);
  expect(r.current?.id).toBe(current);
  const [from, to] = drawn(r.index * 36, 900, 36, r.rows.length);
  expect(to - from).toBeLessThan(45);
  expect(r.index >= from && r.index < to).toBe(true);
});
