/**
 * `mesh-template render --batch`: JSON lines in, JSON lines out, for whoever has many small templates (tests, editors, checks in CI).
 *
 *   {"id":1,"template":"{{.a}}","data":{"a":"x"}}   ->   {"id":1,"output":"x"}
 *
 * Fields of a request: id, template; optional: syntax (go, confd, consul-template, handlebars), name, data, numbers, missingkey, delims,
 * keys, env, consul, config, waitMs, missing. An answer has output, or output_base64 (no UTF-8), or error, or waits (data still missing).
 */
import { parseHclText } from '../../src/lib/hcl.js';
import { TemplateError } from '../template-error.js';
import type { RenderIo } from './io.js';
import { type RenderRequest, renderRequest } from './request.js';
import type { RenderEnd } from './rounds.js';

/** A longer line is refused: it would be held in memory whole. */
const lineBytesMax = 64 * 2 ** 20;

/** @returns the exit status, 0: failures are answers */
export async function runBatch(io: RenderIo): Promise<number> {
  for await (const line of linesOf(io.input)) if (line.trim() !== '') io.write(`${JSON.stringify(await answerTo(line, io))}\n`);
  return 0;
}

async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      yield Buffer.concat([...pending, chunk.subarray(start, end)]).toString('utf8');
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    if (pendingBytes > lineBytesMax) throw new TemplateError(`a request is longer than ${lineBytesMax} bytes`);
  }
  yield Buffer.concat(pending).toString('utf8');
}

async function answerTo(line: string, io: RenderIo): Promise<object> {
  let id: unknown = null;
  try {
    const fields = asObject(JSON.parse(line), 'a request');
    id = fields.id ?? null;
    return { id, ...answerOf(await renderRequest(requestOf(fields), io)) };
  } catch (error) {
    if (error instanceof TemplateError || error instanceof SyntaxError || error instanceof RequestError)
      return { id, error: error.message };
    throw error;
  }
}

function answerOf(end: RenderEnd): object {
  if (end.kind === 'waits') return { waits: true, for: end.what };
  const bytes = Buffer.from(end.bytes);
  const output = bytes.toString('utf8');
  return Buffer.from(output, 'utf8').equals(bytes) ? { output } : { output_base64: bytes.toString('base64') };
}

class RequestError extends Error {}

const syntaxes = ['go', 'confd', 'consul-template', 'handlebars'] as const;

function requestOf(fields: Readonly<Record<string, unknown>>): RenderRequest {
  const syntax = choice(fields.syntax ?? 'go', syntaxes, 'syntax');
  const block = templateBlock(typeof fields.config === 'string' ? fields.config : '');
  const [left = block.delimiters[0], right = block.delimiters[1]] = Array.isArray(fields.delims) ? fields.delims.map(String) : [];
  const missingKey =
    fields.missingkey === undefined ? block.missingKey : choice(fields.missingkey, ['default', 'zero', 'error'], 'missingkey');
  return {
    syntax,
    template: text(fields.template ?? '', 'template'),
    name: text(fields.name ?? (syntax === 'consul-template' ? '' : 'case.tmpl'), 'name'),
    data: fields.data,
    numbers: choice(fields.numbers ?? 'float', ['float', 'int'], 'numbers'),
    missingKey,
    delimiters: [left, right],
    keys: texts(fields.keys ?? {}, 'keys'),
    environment: texts(fields.env ?? {}, 'env'),
    consul: fields.consul === undefined ? undefined : text(fields.consul, 'consul'),
    waitMs: typeof fields.waitMs === 'number' ? fields.waitMs : undefined,
    missing: choice(fields.missing ?? 'wait', ['wait', 'fail', 'empty'], 'missing'),
    waitTimeoutMs: undefined,
    templateDirectory: undefined,
    denied: block.denied,
    sandbox: block.sandbox,
  };
}

/** Lines of consul-template's `template` block that concern the rendering. */
function templateBlock(config: string): Pick<RenderRequest, 'missingKey' | 'delimiters' | 'denied' | 'sandbox'> {
  const block = parseHclText(config);
  const word = (name: string) => (typeof block[name] === 'string' ? block[name] : '');
  return {
    missingKey: block.error_on_missing_key === true ? 'error' : undefined,
    delimiters: [word('left_delimiter'), word('right_delimiter')],
    denied: [block.function_denylist, block.function_blacklist].flatMap((names) => (Array.isArray(names) ? names.map(String) : [])),
    sandbox: word('sandbox_path'),
  };
}

function choice<T extends string>(value: unknown, allowed: readonly T[], field: string): T {
  const known = allowed.find((word) => word === value);
  if (known === undefined) throw new RequestError(`${field} must be one of ${allowed.join(', ')}`);
  return known;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new RequestError(`${field} must be a string`);
  return value;
}

function texts(value: unknown, field: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asObject(value, field)).map(([key, item]) => [key, text(item, `${field}.${key}`)]));
}

function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RequestError(`${what} must be an object`);
  return Object.fromEntries(Object.entries(value));
}
