import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize, sep } from 'node:path';

/** Serves a folder on loopback, as any web server would: each file looked up anew, nothing outside the folder. */
export async function serveFolder(folder) {
  const server = createServer(async (request, response) => {
    try {
      const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
      const file = await realpath(join(folder, normalize(path)));
      const info = await stat(file);
      if (!file.startsWith((await realpath(folder)) + sep) || !info.isFile())
        throw new Error('not a file of the folder');
      const unchanged =
        Date.parse(request.headers['if-modified-since'] ?? '') >= Math.floor(info.mtimeMs / 1000) * 1000;
      if (unchanged) return response.writeHead(304).end();
      response.writeHead(200, { 'content-length': info.size, 'last-modified': info.mtime.toUTCString() });
      createReadStream(file).pipe(response);
    } catch {
      response.writeHead(404).end(); // absent, a folder, or outside: to a reader it is the same
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
