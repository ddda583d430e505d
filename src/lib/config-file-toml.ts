/** TOML files as plain data; the one door to the parser. Apart from ./config-file.ts so that the agent does not load it. */
import { parse } from 'toml';
import { ConfigFileError } from './config-file.js';

/** @throws ConfigFileError with line and column */
export function parseTomlText(text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ConfigFileError(faultText(error.message.replace(/ at line \d+.*$/s, '')), placeOf(error), { cause: error });
  }
}

/** The parser lists everything that may stand at a place; for a person a long list says nothing. */
function faultText(message: string): string {
  const [, expected = '', found = ''] = /^Expected (.+) but (.+) found\.?$/s.exec(message) ?? [];
  if (expected.split(', ').length <= 4) return message;
  const shown = found === '"\\n"' ? 'the end of the line' : found === 'end of input' ? 'the end of the file' : found;
  return expected.includes('"false"') ? `expected a value, found ${shown}` : `found ${shown}, which cannot stand here`;
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
