/**
 * The keys of `encrypt`: the first is the one in use, the others still open what was sealed with them. Kept in `serf/local.keyring` of the
 * data directory, as Consul keeps them; what is kept there wins over the configuration, so that a key changed over the API stays changed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Keyring } from '../agent/node-control.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import { writeFileAtomically } from '../lib/atomic-file.js';
import { base64Fault } from '../lib/go-base64.js';
import { isSystemError, systemErrorText } from '../lib/system-error.js';
import { MeshError } from '../model/errors.js';

const keyBytes = [16, 24, 32];
/** Nobody needs more than the old key and the new one; each is tried with what cannot be opened. */
const keysMax = 64;

/** null while nothing is encrypted. @throws MeshError config-invalid */
export async function openKeyring({ settings }: RuntimeConfig): Promise<Keyring | null> {
  const { data_dir: directory, encrypt, disable_keyring_file: isMemoryOnly } = settings;
  const file = directory === '' || isMemoryOnly ? '' : join(directory, 'serf', 'local.keyring');
  const kept = file === '' ? null : readKept(file);
  const keys = kept ?? (encrypt === '' ? [] : [encrypt]);
  if (keys.length === 0) return null;
  const fault = keys.map(keyFault).find((text) => text !== '');
  if (fault !== undefined) throw new MeshError('config-invalid', `Failed to configure keyring: ${fault}`);
  const ring = new KeptKeyring(file, keys);
  if (kept === null) await ring.keep();
  return ring;
}

/** null when there is none. */
function readKept(file: string): readonly string[] | null {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(kept) && kept.every((key) => typeof key === 'string')) return kept;
    throw new MeshError('config-invalid', `Failed to configure keyring: ${file} is no list of keys`);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    if (error instanceof MeshError) throw error;
    const reason = error instanceof SyntaxError ? 'is no JSON' : systemErrorText(error);
    throw new MeshError('config-invalid', `Failed to configure keyring: ${file}: ${reason}`, { cause: error });
  }
}

function keyFault(key: string): string {
  return base64Fault(key) || (keyBytes.includes(Buffer.from(key, 'base64').length) ? '' : 'key size must be 16, 24 or 32 bytes');
}

class KeptKeyring implements Keyring {
  private readonly file: string;
  private held: readonly string[];
  private writing: Promise<void> = Promise.resolve();

  /** @param file '' keeps nothing */
  constructor(file: string, keys: readonly string[]) {
    this.file = file;
    this.held = keys;
  }

  get keys(): readonly string[] {
    return this.held;
  }

  install(key: string): Promise<void> {
    const fault = keyFault(key) || (this.held.length >= keysMax ? `a keyring holds at most ${keysMax} keys` : '');
    if (fault !== '') throw new MeshError('refused', fault);
    return this.held.includes(key) ? this.writing : this.change([...this.held, key]);
  }

  use(key: string): Promise<void> {
    if (!this.held.includes(key)) throw new MeshError('refused', 'Requested key is not in the keyring');
    return this.change([key, ...this.held.filter((other) => other !== key)]);
  }

  remove(key: string): Promise<void> {
    if (key === this.held[0]) throw new MeshError('refused', 'Removing the primary key is not allowed');
    return this.held.includes(key) ? this.change(this.held.filter((other) => other !== key)) : this.writing;
  }

  /** One write after the other; each writes what is held when its turn comes. */
  keep(): Promise<void> {
    if (this.file === '') return Promise.resolve();
    const write = this.writing.then(() => writeFileAtomically(this.file, JSON.stringify(this.held), { durable: true }));
    this.writing = write.catch(() => {
      // Told to whoever made the change; the next one writes the whole list again.
    });
    return write;
  }

  private async change(keys: readonly string[]): Promise<void> {
    const before = this.held;
    this.held = keys;
    try {
      await this.keep();
    } catch (error) {
      if (this.held === keys) this.held = before;
      throw new MeshError('refused', `the keyring could not be kept in ${this.file}: ${systemErrorText(error)}`, { cause: error });
    }
  }
}
