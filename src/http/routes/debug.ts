/**
 * Profiles of the running agent (`enable_debug`): docs/api/debug.md. Below /debug/pprof/ because `go tool pprof` looks there. These answers
 * have none of the API's own headers.
 */
import { goQuote } from '../../lib/go-quote.js';
import type { ProfilingOptions } from '../../lib/profiler.js';
import { errorTable, MeshError } from '../../model/errors.js';
import { errorHeaders, noSniff, write } from '../answer.js';
import type { Call } from '../call.js';
import { whileConnected } from '../read.js';
import type { Handler, Route } from '../route.js';

/** Profiles that only a program in Go has are not among them. */
const profiles: Readonly<Record<string, Profile>> = {
  profile: { doc: 'where the time goes', defaultSeconds: 30, make: async (options) => (await profiler()).profileTime(options) },
  heap: {
    doc: 'what is allocated while it runs and still in use at its end',
    defaultSeconds: 5,
    make: async (options) => (await profiler()).profileMemory(options),
  },
};

interface Profile {
  readonly doc: string;
  readonly defaultSeconds: number;
  readonly make: (options: ProfilingOptions) => Promise<Buffer>;
}

const secondsMax = 300;
const plain = 'text/plain; charset=utf-8';

export const debugRoutes: readonly Route[] = [
  { path: '/debug/pprof/', methods: { GET: whenEnabled(show) }, takes: { GET: { query: ['seconds'] } } },
];

function whenEnabled(handler: Handler): Handler {
  return async (call) => {
    // What is not switched on is for operators, whom only access control could tell apart.
    if (!call.context.settings.debugEnabled) return send(call, { status: 401, contentType: plain, body: 'ACL support disabled' });
    return handler(call);
  };
}

async function show(call: Call): Promise<void> {
  const { name } = call;
  if (name === '') return send(call, { status: 200, contentType: 'text/html; charset=utf-8', body: indexPage });
  if (name === 'cmdline') return send(call, { status: 200, contentType: plain, body: (await profiler()).commandLine() });
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (!profile) return send(call, { status: 404, contentType: plain, body: `Unknown profile ${goQuote(name)}\n` });
  try {
    const durationMs = secondsOf(call, profile.defaultSeconds) * 1000;
    const body = await whileConnected(call, (signal) => profile.make({ clock: call.context.clock, durationMs, signal }));
    return send(call, { status: 200, contentType: 'application/octet-stream', body, fileName: name });
  } catch (error) {
    if (error instanceof MeshError)
      return send(call, { status: errorTable[error.code].httpStatus, contentType: plain, body: error.message });
    if (!(error instanceof (await profiler()).ProfilerBusy)) throw error;
    return send(call, { status: 500, contentType: plain, body: error.message });
  }
}

/** @throws MeshError `bad-request` */
function secondsOf({ parameters }: Call, missing: number): number {
  const given = parameters.get('seconds');
  if (given === '') return missing;
  if (!/^\d{1,4}$/.test(given) || Number(given) < 1 || Number(given) > secondsMax)
    throw new MeshError('bad-request', `invalid seconds ${goQuote(given)}: a whole number from 1 to ${secondsMax}`);
  return Number(given);
}

interface Sent {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly fileName?: string;
}

function send(call: Call, { status, contentType, body, fileName }: Sent): void {
  const headers = ['Content-Type', contentType, 'Vary', 'Accept-Encoding', ...call.context.commonHeaders];
  headers.push(...(call.context.settings.debugEnabled ? noSniff : errorHeaders(call.request)));
  if (fileName !== undefined) headers.push('Content-Disposition', `attachment; filename="${fileName}"`);
  write(call.response, status, [...headers, 'Content-Length', String(Buffer.byteLength(body))], body);
}

/** Read only where somebody looks: the inspector is no part of a normal day. */
function profiler() {
  return import('../../lib/profiler.js');
}

const rows = Object.entries(profiles).map(
  ([name, { doc, defaultSeconds }]) => `<li><a href="${name}?seconds=${defaultSeconds}">${name}</a>: ${doc}`,
);
const indexPage = `<!doctype html>
<title>/debug/pprof/</title>
<h1>Profiles</h1>
<p>In the format of pprof; <code>?seconds=N</code> says how long to look.
<ul>
${rows.join('\n')}
<li><a href="cmdline">cmdline</a>: how the program was called
</ul>
`;
