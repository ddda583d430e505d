/** Bodies as data. `Flags` of keys are unsigned 64-bit numbers, which JSON.parse would round: they become strings of digits first. */
import { AnswerError } from './errors.js';

export function parseJson(body: Buffer): unknown {
  return parseText(body.toString('utf8'));
}

/** As `parseJson`, for bodies with entries of the KV store. */
export function parseWithFlags(body: Buffer): unknown {
  return parseText(quoteLargeFlags(body.toString('utf8')));
}

/**
 * `"Flags":18446744073709551615` -> `"Flags":"18446744073709551615"`. Only a member's name can stand before a colon like that: quotes
 * inside JSON strings are escaped.
 */
export function quoteLargeFlags(text: string): string {
  return text.replace(/("flags"\s*:\s*)(\d{16,20})/gi, '$1"$2"');
}

/** The other way, for what is printed. Safe where `Flags` is the name of nothing but such numbers. */
export function unquoteFlags(json: string): string {
  return json.replace(/("flags"\s*:\s*)"(\d{1,20})"/gi, '$1$2');
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AnswerError(`the answer is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Bodies without content, or whose content says no more than the status. */
export function ignoreBody(): void {}

export function jsonBody(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
