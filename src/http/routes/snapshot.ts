/** `/v1/snapshot`: docs/api/snapshot.md. Archives are streams: neither side holds one whole. */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { MeshError } from '../../model/errors.js';
import { sendNothing } from '../answer.js';
import { onPause } from '../body.js';
import type { Call } from '../call.js';
import { ClientGone } from '../error-answer.js';
import { metaHeaders } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { whileConnected } from '../read.js';
import { readOptions } from '../read-options.js';
import type { Route } from '../route.js';
import { stopReading } from '../unread.js';

export const snapshotRoutes: readonly Route[] = [
  {
    path: '/v1/snapshot',
    methods: { GET: save, PUT: restore },
    takes: { GET: { query: readParameters }, PUT: { query: readParameters, body: 'bytes' } },
  },
];

/** Packed. Rows are JSON, which gzip shrinks to a fifth or less. */
const archiveBytesMax = 512 * 1024 * 1024;

async function save(call: Call): Promise<void> {
  const { token, datacenter, consistency } = readOptions(call);
  const { context, response } = call;
  const saved = await context.snapshots.save({ token, datacenter, isStale: consistency === 'stale' });
  const head = ['Content-Type', 'application/x-gzip', ...context.endpointHeaders, ...metaHeaders(saved, '')];
  await whileConnected(call, async (signal) => {
    response.writeHead(200, head);
    try {
      await pipeline(saved.archive, response, { signal });
    } catch (error) {
      // The status is out: an archive that breaks off is what tells the client, who finds its end missing.
      if (!signal.aborted) context.logger.log('error', 'a snapshot could not be saved', { error });
      response.destroy();
    }
  });
}

async function restore(call: Call): Promise<void> {
  const { token, datacenter } = readOptions(call);
  const { request, response, context } = call;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > archiveBytesMax) {
    stopReading(request, response);
    throw tooLarge(declared);
  }
  if (call.mustContinue) response.writeContinue();
  const ignorePauses = onPause(request, () => request.destroy());
  try {
    await context.snapshots.restore(limited(request), { token, datacenter, isStale: false });
  } catch (error) {
    stopReading(request, response);
    throw error;
  } finally {
    ignorePauses();
  }
  return sendNothing(call);
}

async function* limited(request: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0;
  // Not destroyed when the reader gives up: the refusal has to get out over the same socket.
  const chunks: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > archiveBytesMax) throw tooLarge(bytes);
      yield chunk;
    }
  } catch (error) {
    throw request.destroyed && !request.complete ? new ClientGone() : error;
  }
}

function tooLarge(bytes: number): MeshError {
  return new MeshError('body-too-large', `Request body(${bytes} bytes) too large, max size: ${archiveBytesMax} bytes.`);
}
