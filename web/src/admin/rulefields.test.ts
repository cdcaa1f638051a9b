import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fieldsOf, ruleKinds } from './rulefields';

// The server's own table says which kinds take what, with a * those that must have it.
const source = readFileSync(new URL('../../../twin/alarm/readrule.go', import.meta.url), 'utf8');
const table = [...source.matchAll(/\{"(\w+)", [^\n]*"([a-z* ]+)"\},/g)].map(([, name, kinds]) => [name!, kinds!.split(' ').map((k) => k.replace('*', ''))] as const);

it('knows the server\'s table', () => {
  expect(table.length).toBeGreaterThan(15);
});

it.each(ruleKinds)('%s has the fields that the server takes, and no other', (kind) => {
  const fields = fieldsOf(kind) as string[];
  for (const [name, kinds] of table) expect([name, fields.includes(name)]).toEqual([name, kinds.includes(kind)]);
});
