/**
 * The service worker: the page's own files are taken from the phone, so that it opens
 * without a network. Nothing that the server tells of the world goes through here.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

/** The files of this edition; the build puts them in. */
const files = '%FILES%'.split(' ');
const edition = 'patrol-%EDITION%';
const page = '/patrol';

worker.addEventListener('install', (e) => {
  e.waitUntil(caches.open(edition).then((cache) => cache.addAll(files.map((f) => new Request(f, { cache: 'no-cache' })))));
});

worker.addEventListener('activate', (e) => {
  e.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('patrol-') && name !== edition) await caches.delete(name);
    await worker.clients.claim();
  })());
});

/** The page says that it may be replaced by this edition. */
worker.addEventListener('message', (e) => { if (e.data === 'now') void worker.skipWaiting(); });

worker.addEventListener('fetch', (e) => {
  const { method, mode, url } = e.request;
  const { pathname, origin } = new URL(url);
  if (method !== 'GET' || origin !== worker.location.origin) return;
  const file = mode === 'navigate' && pathname === page ? page : pathname;
  if (!files.includes(file)) return;
  e.respondWith(caches.open(edition).then((cache) => cache.match(file)).then((kept) => kept ?? fetch(e.request)));
});
