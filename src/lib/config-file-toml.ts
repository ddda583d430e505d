/** TOML files as plain data; the one door to the parser. Apart from ./config-file.ts so that the agent does not load it. */
import { parse } from 'toml';
import { ConfigFileError } from './config-file.js';

/** @throws ConfigFileError with line and column */
export function parseTomlText(text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ConfigFileError(error.message.replace(/ at line \d+.*$/s, ''), placeOf(error), { cause: error });
  }
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
