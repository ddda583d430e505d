/**
 * The id of this node: as configured, else the one kept in `data-dir/node-id`, else made: at random, or from the machine's own id when
 * `disable_host_node_id = false`. Kept in the data directory when there is one. Always in lower case.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '../lib/make-directories.js';
import { isSystemError, systemErrorText } from '../lib/system-error.js';
import { MeshError } from '../model/errors.js';

export interface NodeIdOptions {
  /** `node_id`, '' for none. */
  readonly configured: string;
  /** '' when nothing is kept. */
  readonly dataDirectory: string;
  readonly disableHostNodeId: boolean;
}

/** @throws MeshError config-invalid `failed to setup node ID: specified NodeID is invalid: uuid string is wrong length` */
export function settleNodeId({ configured, dataDirectory, disableHostNodeId }: NodeIdOptions): string {
  const file = dataDirectory === '' ? '' : join(dataDirectory, 'node-id');
  if (configured !== '') return keep(dataDirectory, checked(configured, 'specified NodeID is invalid'));
  const kept = file === '' ? '' : readIfThere(file);
  if (kept !== '') return checked(kept, `NodeID in ${file} is invalid`);
  return keep(dataDirectory, (disableHostNodeId ? '' : hostId()) || randomUUID());
}

function checked(text: string, what: string): string {
  const id = text.trim().toLowerCase();
  const fault =
    id.length !== 36
      ? 'uuid string is wrong length'
      : /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
        ? ''
        : 'uuid is improperly formatted';
  if (fault !== '') throw new MeshError('config-invalid', `failed to setup node ID: ${what}: ${fault}`);
  return id;
}

function keep(dataDirectory: string, id: string): string {
  if (dataDirectory === '') return id;
  try {
    makeDirectories(dataDirectory, 0o700);
    writeFileSync(join(dataDirectory, 'node-id'), id, { mode: 0o600 });
    return id;
  } catch (error) {
    throw unusable(dataDirectory, error);
  }
}

function unusable(path: string, error: unknown): MeshError {
  return new MeshError('config-invalid', `failed to setup node ID: ${path}: ${systemErrorText(error)}`, { cause: error });
}

/** systemd's machine id, hashed so that it is not given away; '' where there is none. */
function hostId(): string {
  const machineId = readIfThere('/etc/machine-id').trim();
  if (machineId === '') return '';
  const hex = createHash('sha512').update(`mesh:${machineId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return '';
    throw unusable(file, error);
  }
}
