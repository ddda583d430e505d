/** TOML files as plain data; the one door to the parser. Apart from ./config-file.ts so that the agent does not load it. */
import { parse } from 'toml';
import { ConfigFileError } from './config-file.js';

/** @throws ConfigFileError with line and column */
export function parseTomlText(text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const place = placeOf(error);
    const before = place === null ? '' : (text.split('\n')[place.line - 1] ?? '').slice(0, place.column - 1);
    throw new ConfigFileError(faultText(error.message.replace(/ at line \d+.*$/s, ''), before), place, { cause: error });
  }
}

/**
 * The parser lists everything that may stand at a place; for a person a long list says nothing.
 *
 * @param before what stands before the place in its line
 */
function faultText(message: string, before: string): string {
  const [, expected = '', found = ''] = /^Expected (.+) but (.+) found\.?$/s.exec(message) ?? [];
  if (expected === '') return message;
  const shown = found === '"\\n"' ? 'the end of the line' : found === 'end of input' ? 'the end of the file' : found;
  // What the parser hopes for is a date.
  const [, zeros] = /[=[,\s](0\d+)$/.exec(before) ?? [];
  if (zeros !== undefined) return `no number begins with 0; in quotes, "${zeros}", it is a text`;
  if (/\[\^["']/.test(expected)) return `found ${shown} in a text that its quote has not ended`;
  if (expected.includes('"false"')) return `expected a value, found ${shown}; texts stand in quotes`;
  return expected.split(', ').length <= 4 ? `expected ${expected}, found ${shown}` : `found ${shown}, which cannot stand here`;
}

/** Faults of grammar carry the place one way, all others another. */
function placeOf(error: ParserError): { line: number; column: number } | null {
  const { line, column } = error.location?.start ?? error;
  return line === undefined ? null : { line, column: column ?? 1 };
}

interface Place {
  readonly line?: number;
  readonly column?: number;
}
interface ParserError extends Error, Place {
  readonly location?: { readonly start: Place };
}
