/** Builds a page's service worker: its list of files and its edition follow from what was built. */
import { createHash } from 'node:crypto';
import type { Plugin, Rolldown } from 'vite';

/** What the worker is called, of which page it keeps the files, and what else of public/ is kept. */
export interface Kept { worker: string; page: string; more: string[] }

export function keeping({ worker, page, more }: Kept): Plugin {
  return {
    name: 'keeping',
    enforce: 'post',
    generateBundle(_, bundle) {
      const is = bundle[worker];
      if (!is || is.type !== 'chunk') throw new Error(`${worker} was not built`);
      if (is.imports.length > 0) throw new Error(`${worker} imports ${is.imports.join()}: want all of it in one file`);
      const files = [`/${page}`, ...more, ...[...reached(bundle, page)].sort().map((f) => `/${f}`)];
      const edition = createHash('sha256').update(JSON.stringify([files, bundle[`${page}.html`]])).digest('hex').slice(0, 16);
      is.code = is.code.replace('%FILES%', files.join(' ')).replace('%EDITION%', edition);
    },
  };
}

/** The files that a page needs sooner or later: its chunk, what that imports, and their styles. */
function reached(bundle: Rolldown.OutputBundle, page: string): Set<string> {
  const found = new Set<string>();
  const go = (name: string): void => {
    const chunk = bundle[name];
    if (found.has(name) || !chunk) return;
    found.add(name);
    if (chunk.type !== 'chunk') return;
    for (const css of (chunk as { viteMetadata?: { importedCss: Set<string> } }).viteMetadata?.importedCss ?? []) found.add(css);
    for (const next of [...chunk.imports, ...chunk.dynamicImports]) go(next);
  };
  for (const [name, chunk] of Object.entries(bundle)) if (chunk.type === 'chunk' && chunk.isEntry && chunk.facadeModuleId?.endsWith(`/${page}.html`)) go(name);
  if (found.size === 0) throw new Error(`${page}.html was not built`);
  return found;
}
