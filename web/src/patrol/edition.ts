/** The page's own files on the phone, and newer editions of them. */

const worker = '/patrol-sw.js';

/** How often a page that stays open asks for a newer edition, in milliseconds; one that is loaded asks by itself. */
const askEvery = 3600_000;

/** Lets the service worker keep the page's files; offered is told how to go over to a newer edition, which nobody is forced to. */
export async function keepEdition(offered: (update: () => void) => void): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const offer = (w: ServiceWorker | null): void => {
    if (!w || !navigator.serviceWorker.controller) return;
    offered(() => {
      navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
      w.postMessage('now');
    });
  };
  try {
    const is = await navigator.serviceWorker.register(worker, { scope: '/patrol' });
    offer(is.waiting);
    is.addEventListener('updatefound', () => {
      const w = is.installing;
      w?.addEventListener('statechange', () => { if (w.state === 'installed') offer(w); });
    });
    let asked = Date.now();
    document.addEventListener('visibilitychange', () => {
      if (document.hidden || Date.now() - asked < askEvery) return;
      asked = Date.now();
      is.update().catch(() => {}); // without a network there is none
    });
    await navigator.storage?.persist?.();
  } catch {
    // Of a server that is away, or where none is allowed: the page works with the network alone.
  }
}
