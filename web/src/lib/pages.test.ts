import { expect, test } from 'vitest';
import { pagesOf } from './pages';

test('everybody is offered the pages that they have a use for', () => {
  const of = (...actions: string[]) => pagesOf({ actions }, 'zh').map((p) => p.path);
  expect(of('view', 'export', 'edit')).toEqual(['/', '/planner']);
  expect(of('view', 'report', 'handle')).toEqual(['/', '/patrol']);
  expect(of('view', 'export', 'dispatch', 'report', 'file')).toEqual(['/', '/screen', '/console', '/patrol', '/planner']);
  expect(of('audit')).toEqual(['/admin']);
  expect(of()).toEqual([]);
});
