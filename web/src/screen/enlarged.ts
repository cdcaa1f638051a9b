/** Letters of the map, large enough for a wall. */

/** A size of a style, so many times as large: a number, or the outputs of steps and interpolations. Anything else stays. */
export function enlarged(size: unknown, times: number): unknown {
  if (typeof size === 'number') return size * times;
  if (!Array.isArray(size)) return size;
  const first = size[0] === 'interpolate' ? 4 : size[0] === 'step' ? 2 : undefined;
  if (first === undefined) return size;
  return size.map((part: unknown, i) => (i >= first && (i - first) % 2 === 0 ? enlarged(part, times) : part));
}
