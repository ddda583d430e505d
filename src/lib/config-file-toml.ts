/** TOML files as plain data; the one door to the parser. Apart from ./config-file.ts so that the agent does not load it. */
import { parse } from 'toml';
import { ConfigFileError } from './config-file.js';

/** @throws ConfigFileError with line and column */
export function parseTomlText(text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { line, column } = error as { line?: number; column?: number };
    const place = line === undefined ? null : { line, column: column ?? 1 };
    throw new ConfigFileError(error.message.replace(/ at line \d+.*$/s, ''), place, { cause: error });
  }
}
