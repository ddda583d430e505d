/**
 * The web interface (`ui_config`): the page that comes with the agent, at every path below its own, or the files of a directory
 * (`ui_config.dir`), whose index.html stands for every path that is no file.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { UiSettings } from '../model/http-settings.js';
import { noSniff, write } from './answer.js';
import type { Incoming } from './call.js';
import type { HttpContext } from './context.js';
import { answerFailure } from './error-answer.js';
import { textOf } from './path.js';

const html = 'text/html; charset=utf-8';
const types: Readonly<Record<string, string>> = {
  '.html': html,
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** Crawlers have no business here. */
const robots = 'User-agent: *\nDisallow: /\n';

/** @param path decoded and clean. @returns false when nothing of the interface stands there */
export function servePage(context: HttpContext, ui: UiSettings, path: string, incoming: Incoming): boolean {
  const { request, response } = incoming;
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (path === '/robots.txt' && ui.directory === '') send(context, response, 'text/plain; charset=utf-8', robots);
  else if (!path.startsWith(ui.path)) return false;
  else if (ui.directory === '') servePrepared(context, response);
  else
    sendFile(context, response, ui.directory, textOf(path.slice(ui.path.length))).catch((error) => answerFailure(context, incoming, error));
  return true;
}

function servePrepared(context: HttpContext, response: ServerResponse): void {
  import('../ui/overview-page.js').then(
    ({ overviewPage }) => send(context, response, html, overviewPage),
    (error: unknown) => answerFailure(context, { request: response.req, response }, error),
  );
}

function send(context: HttpContext, response: ServerResponse, contentType: string, body: string): void {
  const headers = ['Content-Type', contentType, 'X-Frame-Options', 'DENY', ...context.commonHeaders];
  write(response, 200, [...headers, 'Content-Length', String(Buffer.byteLength(body))], body);
}

async function sendFile(context: HttpContext, response: ServerResponse, directory: string, name: string): Promise<void> {
  const file = (await sizeOf(directory, name)) ?? (await sizeOf(directory, 'index.html'));
  if (file === null) return write(response, 404, [...noSniff, ...context.commonHeaders, 'Content-Length', '0'], '');
  const type = types[extname(file.path).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, ['Content-Type', type, ...noSniff, ...context.commonHeaders, 'Content-Length', String(file.bytes)]);
  if (response.req.method === 'HEAD') return void response.end();
  // A client that goes away ends it; a file that shrinks meanwhile breaks the connection off, which is what tells the client.
  await pipeline(createReadStream(file.path, { end: Math.max(0, file.bytes - 1) }), response).catch(() => response.destroy());
}

/** null when it is no file. The name comes from outside: it stays below the directory whatever it says. */
async function sizeOf(directory: string, name: string): Promise<{ readonly path: string; readonly bytes: number } | null> {
  if (name.includes('\0')) return null;
  const path = join(directory, normalize(`/${name}`));
  const found = await stat(path).catch(() => null); // whatever keeps it from being read, index.html stands for it
  return found?.isFile() ? { path, bytes: found.size } : null;
}
