/**
 * Where KV engines are mounted, and their version, which decides how paths become requests. Vault tells it for a path that one may read
 * (https://developer.hashicorp.com/vault/api-docs/system/internal-ui-mounts), as its own command line asks.
 */
import { asTable, textIn } from './json-table.js';
import type { VaultClient } from './vault-client.js';
import { VaultRefusal } from './vault-request.js';

export class VaultMounts {
  readonly #client: VaultClient;
  readonly #known: Mount[] = [];

  constructor(client: VaultClient) {
    this.#client = client;
  }

  /** @throws SourceError */
  async of(path: string, signal: AbortSignal): Promise<Mount> {
    const known = this.#known.find((mount) => mount.holds(path));
    if (known !== undefined) return known;
    const mount = (await this.#ask(path, signal)) ?? new Mount('', 1);
    if (mount.prefix !== '') this.#known.push(mount);
    return mount;
  }

  /** undefined when Vault is too old to tell, or does not want to: the path is then used as it is. */
  async #ask(path: string, signal: AbortSignal): Promise<Mount | undefined> {
    try {
      const answer = await this.#client.ask({ method: 'GET', path: `sys/internal/ui/mounts/${path}` }, signal);
      const data = asTable(answer?.data);
      const prefix = textIn(data, 'path');
      return prefix === '' ? undefined : new Mount(prefix, textIn(asTable(data?.options), 'version') === '2' ? 2 : 1);
    } catch (error) {
      if (error instanceof VaultRefusal && error.status === 403) return undefined;
      throw error;
    }
  }
}

export class Mount {
  /** "secret/"; '' when it is not known. */
  readonly prefix: string;
  readonly #version: 1 | 2;

  constructor(prefix: string, version: 1 | 2) {
    this.prefix = prefix;
    this.#version = version;
  }

  holds(path: string): boolean {
    return `${path}/`.startsWith(this.prefix);
  }

  isItself(path: string): boolean {
    return `${path}/` === this.prefix;
  }

  readPath(path: string): string {
    return this.isWrapped(path) ? `${this.prefix}data/${this.#rest(path)}` : path;
  }

  /** undefined where nothing can be listed. */
  listPath(path: string): string | undefined {
    if (this.#version === 1) return path;
    return this.isWrapped(path) ? `${this.prefix}metadata/${this.#rest(path)}` : undefined;
  }

  /** Version 2, by the short path: what is read has its fields one level deeper. */
  isWrapped(path: string): boolean {
    return this.#version === 2 && !/^(data|metadata)(\/|$)/.test(this.#rest(path));
  }

  #rest(path: string): string {
    return path.slice(this.prefix.length);
  }
}
