/** Ids of sessions and nodes: their shape, and new ones. */

import type { Random } from '../lib/random.js';
import { MeshError } from '../model/errors.js';

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return shape.test(text);
}

/**
 * @param what the beginning of the text: "failed session lookup"
 * @throws MeshError `refused` with the texts clients know
 */
export function requireUuid(text: string, what: string): void {
  if (isUuid(text)) return;
  const fault = text.length === 36 ? 'Invalid UUID' : 'UUID must be 36 characters';
  throw new MeshError('refused', `${what}: index error: ${fault}`);
}

/** RFC 4122 §4.4, version 4. */
export function newUuid(random: Random): string {
  const digits = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}
