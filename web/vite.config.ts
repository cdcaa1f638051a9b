import { defineConfig } from 'vitest/config';
import { proto } from './proto.ts';

export default defineConfig({
  build: {
    assetsDir: 'static',
    target: 'es2022',
    assetsInlineLimit: 0, // a data: script or style would need a wider CSP
    chunkSizeWarningLimit: 1200, // MapLibre is one module of this size
    rolldownOptions: {
      input: ['index.html', 'login.html', 'admin.html'],
      output: {
        // .mjs is not known as JavaScript to every server: name the worker .js.
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.mjs')) ? 'static/[name]-[hash].js' : 'static/[name]-[hash][extname]',
        codeSplitting: { groups: [{ name: 'maplibre', test: /node_modules\/maplibre-gl/ }] },
      },
    },
  },
  server: { proxy: Object.fromEntries(['/v1', '/tiles', '/styles', '/sprites', '/basemaps', '/ogc'].map((p) => [p, { target: 'http://127.0.0.1:8080', ws: true }])) },
  plugins: [proto()],
  test: { include: ['src/**/*.test.ts'] },
});
