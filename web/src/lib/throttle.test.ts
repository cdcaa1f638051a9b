import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { throttled } from './throttle';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

it('calls at once, then not too often, and never loses the last', () => {
  let calls = 0;
  const f = throttled(() => calls++, 100);
  f();
  vi.advanceTimersByTime(0);
  expect(calls).toBe(1);
  for (let i = 0; i < 50; i++) {
    f();
    vi.advanceTimersByTime(10);
  }
  expect(calls).toBe(6);
  f();
  vi.advanceTimersByTime(1000);
  expect(calls).toBe(7);
});
