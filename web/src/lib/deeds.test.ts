import { describe, expect, it } from 'vitest';
import type { Evidence, Incident } from './cases';
import { fieldsOf, isAfter, isOnward, offered, waits, wanting } from './deeds';

const terms: Incident['terms'] = { level: 'street', proof: 0, extensions: 0, limits: {} };
const incident = (more: Partial<Incident> = {}): Incident => ({
  id: 'a', rev: 1, state: 'handling', what: { class: 'flood.level', title: '水位超警', severity: 1, place: [121.4, 31.2] },
  terms: { ...terms, proof: 1, extensions: 1, suspend: true }, sources: [{ channel: 'sensor', by: 'gauge-1', at: '' }], task: {}, clocks: [], tally: {}, readings: [], may: [], ...more,
});
const photo = (more: Partial<Evidence> = {}): Evidence => ({ kind: 'file', ref: 'f', when: 'after', by: 'x', at: '', ...more });

describe('what is offered', () => {
  it('is what the server allows, first what drives it on', () => {
    expect(offered(incident({ may: ['return', 'extend', 'comment', 'report'] }))).toEqual(['report', 'return', 'extend', 'comment']);
    expect(offered(incident())).toEqual([]);
  });
  it.each<[string, string, Partial<Incident>, boolean]>([
    ['an extension that nobody asked for', 'approve', {}, false],
    ['an extension that is asked for', 'approve', { extension: { by: 'x', at: '', extra: { n: 1, unit: 'hours' } } }, true],
    ['a second question for time', 'extend', { extension: { by: 'x', at: '', extra: { n: 1, unit: 'hours' } } }, false],
    ['more time than the class allows', 'extend', { tally: { extensions: 1 } }, false],
    ['time', 'extend', {}, true],
    ['to suspend what may not be', 'suspend', { terms }, false],
    ['to suspend', 'suspend', {}, true],
    ['to call nobody', 'contact', {}, false],
    ['to call who reported it', 'contact', { sources: [{ channel: 'hotline', by: 'x', at: '', contact: '•' }] }, true],
    ['to call twice', 'contact', { sources: [{ channel: 'hotline', by: 'x', at: '', contact: '•' }], tally: { contacted: '2026-11-23T00:00:00Z' } }, false],
    ['above the district', 'escalate', { task: { level: 'district' } }, false],
    ['above the street', 'escalate', { task: { level: 'street' } }, true],
    ['to merge what others are part of', 'merge', { members: ['b'] }, false],
  ])('%s: %s', (_, verb, more, want) => {
    expect(offered(incident({ may: [verb], ...more })).includes(verb)).toBe(want);
  });
});

describe('proof', () => {
  it('is wanting until enough photos of this round are there', () => {
    expect(wanting(incident())).toBe(1);
    expect(wanting(incident({ evidence: [photo({ when: 'before' }), photo({ kind: 'camera' })] }))).toBe(1);
    expect(wanting(incident({ evidence: [photo()] }))).toBe(0);
    expect(wanting(incident({ evidence: [photo()], task: { round: 1 } }))).toBe(1);
    expect(wanting(incident({ evidence: [photo({ round: 1 })], task: { round: 1 } }))).toBe(0);
    expect(wanting(incident({ terms }))).toBe(0);
  });
  it('is what reporting and closing wait for, and nothing else', () => {
    expect(['report', 'close', 'handle', 'cancel'].map((v) => waits(incident(), v))).toEqual([true, true, false, false]);
    expect(waits(incident({ evidence: [photo()] }), 'report')).toBe(false);
  });
});

it('takes a photo for one of after the work once work is on', () => {
  expect((['discovered', 'dispatched', 'accepted', 'handling', 'rework', 'closed'] as const).map((state) => isAfter(incident({ state })))).toEqual([false, false, true, true, true, false]);
});

it('asks why where a reason is needed, and nothing where nothing is given', () => {
  for (const verb of ['reject', 'return', 'suspend', 'rework', 'reopen', 'cancel', 'escalate', 'supervise', 'comment', 'false']) expect(fieldsOf(verb)).toContain('reason');
  for (const verb of ['accept', 'handle', 'check', 'resume', 'acknowledge']) expect(fieldsOf(verb)).toEqual([]);
  expect(fieldsOf('dispatch')[0]).toBe('to');
  expect(isOnward('close') && !isOnward('cancel')).toBe(true);
});
