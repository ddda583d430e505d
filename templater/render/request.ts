/** One rendering as the `render` command knows it: which syntax, over which data. */
import type { DataSource } from '../data-source.js';
import { cleanPath } from '../functions/go-path.js';
import type { NumberMode } from '../go-json.js';
import { fromText } from '../go-template/byte-string.js';
import { KeyTree } from '../key-tree.js';
import type { MissingRule } from '../resource.js';
import type { Template } from '../template.js';
import type { RenderIo } from './io.js';
import { renderRound } from './round.js';
import type { RenderEnd } from './rounds.js';

export interface RenderRequest {
  readonly syntax: 'go' | 'confd' | 'consul-template' | 'handlebars';
  readonly template: string | Uint8Array;
  readonly name: string;
  /** As JSON.parse gives it; undefined is no data. */
  readonly data: unknown;
  readonly numbers: NumberMode;
  readonly missingKey: 'default' | 'zero' | 'error' | undefined;
  /** '' is the default one. */
  readonly delimiters: readonly [left: string, right: string];
  /** The store as confd's functions see it, keys without leading slash. */
  readonly keys: Readonly<Record<string, string>>;
  /** Goes before the environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** HOST:PORT of an agent; undefined asks nobody. */
  readonly consul: string | undefined;
  /** How long to wait for data that do not exist yet, until the answer is "waits"; undefined is for ever. */
  readonly waitMs: number | undefined;
  /** What a key that does not exist means. */
  readonly missing: MissingRule;
  /** How long to wait until that is a failure; undefined is for ever. */
  readonly waitTimeoutMs: number | undefined;
  /** Where partials and `include` find files; undefined is nowhere. */
  readonly templateDirectory: string | undefined;
  /** Functions that fail when they are called, and the directory that `file` and `writeToFile` stay in; '' is none. */
  readonly denied: readonly string[];
  readonly sandbox: string;
}

/** @throws TemplateError */
export async function renderRequest(request: RenderRequest, io: RenderIo): Promise<RenderEnd> {
  const template = await compileRequest(request);
  const base = sourceOf(request, io);
  const { consul: address, data, waitMs, missing, waitTimeoutMs } = request;
  const first = renderRound(template, base, data);
  if (first.bytes !== undefined && first.missing.length === 0) return { kind: 'rendered', bytes: first.bytes };
  const { renderInRounds } = await import('./rounds.js');
  return renderInRounds({ template, base, data, address, waitMs, missing, waitTimeoutMs, io }, first);
}

async function compileRequest(request: RenderRequest): Promise<Template> {
  const { syntax, template: text, name, missingKey, denied, sandbox, templateDirectory } = request;
  const confined = { denied, ...(templateDirectory !== undefined && { templateDirectory }), ...(sandbox !== '' && { sandbox }) };
  if (syntax === 'handlebars') {
    const { compileHandlebars } = await import('../handlebars/handlebars-engine.js');
    return compileHandlebars({ text, name, syntax, dialect: 'both', ...confined });
  }
  const { compileGo } = await import('../go-engine.js');
  const { delimiters, numbers } = request;
  return compileGo({ text, name, syntax: 'go', dialect: syntax, delimiters, numbers, ...confined, ...(missingKey && { missingKey }) });
}

/** `writeToFile` writes nothing here: the command shows what a template becomes. */
function sourceOf(request: RenderRequest, io: RenderIo): DataSource {
  const keys = KeyTree.of(Object.entries(request.keys).map(([key, value]) => [cleanPath(`/${fromText(key)}`), fromText(value)]));
  return {
    lookup: () => undefined,
    keys,
    environment: (name) => (Object.hasOwn(request.environment, name) ? request.environment[name] : io.environment(name)),
    now: () => io.clock.now(),
  };
}
