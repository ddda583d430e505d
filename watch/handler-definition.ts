/** The part of a watch's definition that says what happens on a change. Keys and texts are Consul's. */
import { DurationError, parseDuration } from '../src/lib/duration.js';
import { MeshError } from '../src/model/errors.js';
import { Parameters } from './parameters.js';
import type { WatchHandler } from './plan.js';

/** Keys of a definition that concern the handler. */
export const handlerParameters: readonly string[] = ['handler_type', 'handler', 'args', 'http_handler_config'];
const defaultTimeoutMs = 10_000;

/** Null when there is none. @throws MeshError `config-invalid` */
export function decodeHandler(definition: Readonly<Record<string, unknown>>): WatchHandler | null {
  const parameters = new Parameters(definition);
  const type = parameters.text('handler_type') || 'script';
  if (type === 'http') return httpHandler(parameters);
  if (type !== 'script') throw refusal(`Handler type '${type}' not recognized`);
  const [args, line] = [parameters.texts('args'), parameters.text('handler')];
  if (args.length > 0 && line !== '') throw refusal('Only one watch handler allowed');
  if (parameters.left().length > 0) throw refusal(`Invalid parameters: [${parameters.left().join(' ')}]`);
  if (args.length > 0) return { kind: 'command', args };
  return line === '' ? null : { kind: 'shell', line };
}

function httpHandler(parameters: Parameters): WatchHandler {
  const given = new Parameters(parameters.object('http_handler_config') ?? {});
  if (parameters.left().length > 0) throw refusal('Only one watch handler allowed');
  const fail = (why: string) => refusal(`Failed to parse 'http_handler_config': ${why}`);
  const url = given.text('path');
  if (url === '') throw fail("Requires 'path' to be set");
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw fail(`'path' must be an http:// or https:// URL, not "${url}"`);
  const handler: WatchHandler = {
    kind: 'http',
    url,
    method: (given.text('method') || 'POST').toUpperCase(),
    headers: headersOf(given.object('header') ?? {}, fail),
    timeoutMs: timeoutOf(given.text('timeout'), fail),
    skipTlsVerify: given.boolean('tls_skip_verify'),
  };
  if (given.left().length > 0) throw fail(`Invalid parameters: [${given.left().join(' ')}]`);
  return handler;
}

function headersOf(
  header: Readonly<Record<string, unknown>>,
  fail: (why: string) => MeshError,
): Readonly<Record<string, readonly string[]>> {
  const texts = new Parameters(header);
  const headers = Object.keys(header).map((name) => [name, texts.texts(name)] as const);
  for (const [name] of headers) if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) throw fail(`"${name}" is no name of a header`);
  return Object.fromEntries(headers);
}

function timeoutOf(text: string, fail: (why: string) => MeshError): number {
  if (text === '') return defaultTimeoutMs;
  try {
    return parseDuration(text) || defaultTimeoutMs;
  } catch (error) {
    if (error instanceof DurationError) throw fail(error.message);
    throw error;
  }
}

function refusal(text: string): MeshError {
  return new MeshError('config-invalid', text);
}
