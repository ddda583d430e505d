/** The recorded template cases, and how an answer is held against one: as test/conformance/template/run-template.mjs does with --strict. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface RecordedResult {
  readonly output?: string;
  readonly output_base64?: string;
  readonly error?: { readonly text: string; readonly at?: string; readonly contains?: readonly string[] };
  readonly waits?: boolean;
}

export interface RecordedCase extends RecordedResult {
  readonly name: string;
  readonly template: string;
  readonly data?: unknown;
  readonly numbers?: 'float' | 'int';
  readonly missingkey?: 'default' | 'zero' | 'error';
  readonly delims?: readonly [string, string];
  readonly keys?: Readonly<Record<string, string>>;
  readonly kv?: Readonly<Record<string, string>>;
  readonly nodes?: readonly unknown[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: unknown;
  readonly args?: unknown;
  readonly config?: string;
  readonly resource?: unknown;
  readonly also?: readonly RecordedResult[];
}

export type Outcome = { readonly bytes: Uint8Array } | { readonly error: string } | { readonly waits: true };

export function recordedCases(file: 'go-template' | 'confd' | 'consul-template'): readonly RecordedCase[] {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../../conformance/template/${file}.json`, import.meta.url)), 'utf8'));
}

/** Error texts whole; what the tool around the template puts before its error does not count. */
export function agrees(recorded: RecordedCase, outcome: Outcome): boolean {
  return [recorded, ...(recorded.also ?? [])].some((result) => matches(result, outcome));
}

function matches(result: RecordedResult, outcome: Outcome): boolean {
  if ('waits' in outcome) return result.waits === true;
  if ('error' in outcome) return result.error?.text.endsWith(outcome.error) ?? false;
  const bytes = Buffer.from(outcome.bytes);
  if (result.output_base64 !== undefined) return bytes.toString('base64') === result.output_base64;
  return bytes.toString('utf8') === result.output;
}
