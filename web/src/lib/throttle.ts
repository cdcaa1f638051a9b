/** Calls f at most once in so many milliseconds; the last call is never lost. */
export function throttled(f: () => void, every: number): () => void {
  let last = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      last = Date.now();
      f();
    }, Math.max(0, last + every - Date.now()));
  };
}
