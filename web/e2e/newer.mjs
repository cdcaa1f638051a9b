// A server whose next edition has come: a proxy before the node that, from a moment on, tells
// of a service worker of another edition.
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

/** Everything goes through, WebSockets too; the address is of an origin of its own. */
export async function newer(base) {
  const { hostname, port } = new URL(base);
  let edition = ''; // of now: '' is the node's own
  const lines = new Set(); // of WebSockets
  const server = createServer((asked, answer) => {
    const onward = request({ hostname, port, agent: false, path: asked.url, method: asked.method, headers: { ...asked.headers, ...(asked.url === '/patrol-sw.js' ? { 'accept-encoding': 'identity' } : {}) } }, (told) => {
      if (asked.url !== '/patrol-sw.js' || edition === '') {
        answer.writeHead(told.statusCode, told.headers);
        told.pipe(answer);
        return;
      }
      const parts = [];
      told.on('data', (part) => parts.push(part));
      told.on('end', () => {
        const text = Buffer.concat(parts).toString().replace(/patrol-[0-9a-f]{16}/, `patrol-${edition}`);
        answer.writeHead(told.statusCode, { ...told.headers, 'content-length': Buffer.byteLength(text), etag: `"${edition}"` });
        answer.end(text);
      });
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  server.on('upgrade', (asked, socket, head) => {
    const onward = connect(Number(port), hostname, () => {
      const heads = [];
      for (let i = 0; i < asked.rawHeaders.length; i += 2) heads.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
      onward.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${heads.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) {
      lines.add(end);
      end.on('error', () => {}).on('close', () => { socket.destroy(); onward.destroy(); });
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    turn: (to) => { edition = to; },
    close: () => {
      server.close();
      server.closeAllConnections();
      for (const end of lines) end.destroy();
    },
  };
}
