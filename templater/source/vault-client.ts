/**
 * Requests to Vault (https://developer.hashicorp.com/vault/api-docs): logs in when it is needed, has its token renewed while it lasts, and
 * logs in again when it no longer does. One address is asked at a time; when it does not answer, the next question goes to the next one.
 */
import { ClientOptionError, ConnectionError } from '../../src/client/errors.js';
import { openHttpTransport } from '../../src/client/http-transport.js';
import { readTlsFiles } from '../../src/client/tls.js';
import type { Response, Transport } from '../../src/client/transport.js';
import type { Clock } from '../../src/lib/clock.js';
import { maskUserInfo } from '../../src/lib/mask-tokens.js';
import { connectionReason } from './connection-reason.js';
import { asTable, type Table } from './json-table.js';
import type { VaultSettings } from './settings.js';
import { SourceError } from './source.js';
import { tlsFiles } from './tls-files.js';
import { TurningList } from './turning-list.js';
import { VaultLogins } from './vault-login.js';
import { VaultRefusal, type VaultRequest } from './vault-request.js';

interface Server {
  /** For messages. */
  readonly shown: string;
  readonly transport: Transport;
}

const silenceMsMax = 30_000;

export class VaultClient {
  readonly #settings: VaultSettings;
  readonly #servers: TurningList<Server>;
  readonly #logins: VaultLogins;

  private constructor(settings: VaultSettings, servers: readonly Server[], clock: Clock) {
    this.#settings = settings;
    this.#servers = new TurningList(servers);
    this.#logins = new VaultLogins({ login: settings.login, clock, send: (request, token, signal) => this.#send(request, token, signal) });
  }

  /** Nothing is sent yet. @throws ClientOptionError */
  static async open(settings: VaultSettings, clock: Clock): Promise<VaultClient> {
    const tls = readTlsFiles(tlsFiles(settings.tls));
    const servers = settings.addresses.map(async (address) => ({
      shown: maskUserInfo(address),
      transport: await transportTo(address, tls),
    }));
    return new VaultClient(settings, await Promise.all(servers), clock);
  }

  /** The answer; undefined is 404. @throws SourceError, VaultRefusal */
  async ask(request: VaultRequest, signal: AbortSignal): Promise<Table | undefined> {
    const grant = await this.#logins.granted();
    signal.throwIfAborted();
    try {
      return await this.#send(request, grant.token, signal);
    } catch (error) {
      if (!(error instanceof VaultRefusal && error.status === 403 && this.#logins.mayBeOutdated(grant))) throw error;
      return this.#send(request, (await this.#logins.grantedAnew(grant)).token, signal);
    }
  }

  close(): void {
    this.#logins.close();
    for (const { transport } of this.#servers.all) transport.close();
  }

  async #send({ method, path, parameters = [], body }: VaultRequest, token: string, signal: AbortSignal): Promise<Table | undefined> {
    const server = this.#servers.current;
    const { namespace } = this.#settings;
    const headers = {
      'X-Vault-Request': 'true',
      ...(token === '' ? {} : { 'X-Vault-Token': token }),
      ...(namespace === '' ? {} : { 'X-Vault-Namespace': namespace }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    const encoded = body === undefined ? undefined : Buffer.from(JSON.stringify(body), 'utf8');
    const escaped = `/v1/${path.split('/').map(encodeURIComponent).join('/')}`;
    try {
      const response = await server.transport.send({ method, path: escaped, parameters, headers, body: encoded, silenceMsMax, signal });
      return answerOf(response, { server, path });
    } catch (error) {
      if (isOutOfOrder(error)) this.#servers.leave(server);
      if (error instanceof ConnectionError) throw new SourceError(`vault: ${connectionReason(error)}`, { cause: error });
      throw error;
    }
  }
}

/** Sealed, standing by, or not there: another server may do. */
function isOutOfOrder(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof VaultRefusal && (error.status >= 500 || error.status === 307));
}

function transportTo(text: string, tls: ReturnType<typeof readTlsFiles>): Promise<Transport> {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ClientOptionError(`invalid address "${maskUserInfo(text)}" of vault; give it as "https://host:8200"`);
  const { protocol, hostname, port, pathname } = new URL(text);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  const host = hostname.replace(/^\[|\]$/g, '');
  const defaultPort = scheme === 'https' ? 443 : 80;
  const address = { kind: 'tcp', scheme, host, port: Number(port || defaultPort), pathPrefix: pathname.replace(/\/+$/, '') } as const;
  return openHttpTransport({ address, tls });
}

function answerOf({ status, body }: Response, { server, path }: { readonly server: Server; readonly path: string }): Table | undefined {
  const text = body.toString('utf8');
  if (status === 404) {
    // A deleted version of a secret is told of with 404 as well; so is anything behind a wrong address, but that is no answer of Vault's.
    if (parsed(text) === undefined) throw new VaultRefusal(status, `vault at ${server.shown} answers 404 without a reason: is it vault?`);
    return undefined;
  }
  if (status === 204) return {};
  const answer = parsed(text);
  if (status === 200 && answer !== undefined) return answer;
  const reasons = Array.isArray(answer?.errors) ? answer.errors.map(String).join(', ').replace(/\s+/g, ' ').trim() : '';
  throw new VaultRefusal(status, `vault at ${server.shown} refused ${path}: ${reasons || `status ${status}`}`);
}

function parsed(text: string): Table | undefined {
  try {
    return asTable(JSON.parse(text));
  } catch {
    // No JSON: what it means is for the caller to say.
    return undefined;
  }
}
