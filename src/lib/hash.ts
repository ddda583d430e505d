/** Digests where hardly any run needs one: node:crypto takes milliseconds to load, which a program that runs for a moment would feel. */
import type { Hash } from 'node:crypto';

/** Loads node:crypto the first time. */
export function sha256(): Hash {
  return process.getBuiltinModule('node:crypto').createHash('sha256');
}

/** In hex digits. */
export function sha256Hex(content: Uint8Array | string): string {
  return sha256().update(content).digest('hex');
}
