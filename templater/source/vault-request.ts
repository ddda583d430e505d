/** A request to Vault, and its refusal. */
import type { Table } from './json-table.js';
import { SourceError } from './source.js';

export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** After "/v1/", not escaped: "secret/data/app". */
  readonly path: string;
  readonly parameters?: readonly (readonly [string, string])[];
  readonly body?: Table;
}

/** Vault answered, and not with success. 404 is an answer; this is everything else. */
export class VaultRefusal extends SourceError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
