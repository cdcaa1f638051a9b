import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { proto } from './proto.ts';
import { keeping } from './worker.ts';

const patrolWorker = 'patrol-sw.js';

/** Every HTML file beside this one is a page. */
const pages = Object.fromEntries(readdirSync(import.meta.dirname).filter((f) => f.endsWith('.html')).map((f) => [basename(f, '.html'), f]));

export default defineConfig({
  build: {
    assetsDir: 'static',
    target: 'es2022',
    assetsInlineLimit: 0, // a data: script or style would need a wider CSP
    chunkSizeWarningLimit: 1200, // MapLibre is one module of this size
    rolldownOptions: {
      input: { ...pages, [patrolWorker]: 'src/patrol/worker.ts' },
      output: {
        // A service worker rules from where it lies, and is asked for by one name.
        entryFileNames: (chunk) => (chunk.name === patrolWorker ? patrolWorker : 'static/[name]-[hash].js'),
        // .mjs is not known as JavaScript to every server: name the worker .js.
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.mjs')) ? 'static/[name]-[hash].js' : 'static/[name]-[hash][extname]',
        codeSplitting: { groups: [{ name: 'maplibre', test: /node_modules\/maplibre-gl/ }] },
      },
    },
  },
  server: { proxy: Object.fromEntries(['/v1', '/tiles', '/styles', '/sprites', '/basemaps', '/ogc'].map((p) => [p, { target: 'http://127.0.0.1:8080', ws: true }])) },
  plugins: [proto(), keeping({ worker: patrolWorker, page: 'patrol', more: ['/patrol.webmanifest', '/patrol.svg', '/patrol-192.png'] })],
  test: { include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});
