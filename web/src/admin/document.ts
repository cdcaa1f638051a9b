/** Reads and writes what lies in a document by a path of names: "match.rules". */

export type Document = Record<string, unknown>;

export function valueAt(doc: Document, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (at !== null && typeof at === 'object' ? (at as Document)[name] : undefined), doc);
}

/** A document with that value; undefined takes it out, and with it what is empty then. */
export function withValue(doc: Document, path: string, value: unknown): Document {
  const [name = '', ...rest] = path.split('.');
  const inner = rest.length > 0 ? withValue((doc[name] ?? {}) as Document, rest.join('.'), value) : value;
  const { [name]: _, ...others } = doc;
  const empty = inner === undefined || (rest.length > 0 && Object.keys(inner as Document).length === 0);
  return empty ? others : { ...others, [name]: inner };
}
