/**
 * As much of Vault as a reader of secrets meets, with the answers its API pages show (developer.hashicorp.com/vault/api-docs: secret/kv/kv-v1,
 * secret/kv/kv-v2, auth/approle, auth/userpass, auth/token, system/internal-ui-mounts). "kv/" is of version 1, "secret/" of version 2.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;

export class VaultServer {
  readonly secrets = new Map<string, Json>();
  /** Paths that no token may read or list. */
  readonly forbidden = new Set<string>();
  readonly tokens = new Map<string, { ttl: number; renewable: boolean }>();
  /** "GET secret/data/app", in their order. */
  readonly requests: string[] = [];
  /** Of tokens that a login gives. */
  grant = { ttl: 600, renewable: true };
  isSealed = false;
  /** Old servers do not tell of mounts. */
  hidesMounts = false;
  #logins = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://vault');
    const path = decodeURIComponent(url.pathname.replace(/^\/v1\//, ''));
    const isList = url.searchParams.get('list') === 'true';
    this.requests.push(`${isList ? 'LIST' : request.method} ${path}`);
    let text = '';
    for await (const chunk of request) text += chunk;
    const end = this.#handle({
      path,
      isList,
      method: request.method ?? '',
      body: text === '' ? {} : JSON.parse(text),
      token: String(request.headers['x-vault-token'] ?? ''),
    });
    response.writeHead(end.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(end.body));
  }

  #handle(call: { path: string; isList: boolean; method: string; body: Json; token: string }): { status: number; body: Json } {
    const { path, body, token } = call;
    if (this.isSealed) return refusal(503, 'Vault is sealed');
    if (call.method === 'POST' && /^auth\/[^/]+\/login/.test(path)) return this.#login(path, body);
    const known = this.tokens.get(token);
    if (known === undefined) return refusal(403, 'permission denied');
    if (path === 'auth/token/lookup-self') return ok({ data: { id: token, ttl: known.ttl, renewable: known.renewable } });
    if (path === 'auth/token/renew-self')
      return ok({ auth: { client_token: token, lease_duration: known.ttl, renewable: known.renewable } });
    if (this.forbidden.has(`${call.isList ? 'LIST ' : ''}${path}`)) return refusal(403, '1 error occurred:\n\t* permission denied\n\n');
    if (path.startsWith('sys/internal/ui/mounts/')) return this.#mount(path.slice('sys/internal/ui/mounts/'.length));
    return call.isList ? this.#list(path) : this.#read(path);
  }

  #login(path: string, body: Json): { status: number; body: Json } {
    const isGood =
      (path === 'auth/approle/login' && body.role_id === 'role' && body.secret_id === 'secret') ||
      (path === 'auth/people/login/ann' && body.password === 'pw');
    if (!isGood) return refusal(400, 'invalid role or secret ID');
    const token = `hvs.${++this.#logins}`;
    this.tokens.set(token, this.grant);
    return ok({ auth: { client_token: token, lease_duration: this.grant.ttl, renewable: this.grant.renewable } });
  }

  #mount(path: string): { status: number; body: Json } {
    if (this.hidesMounts) return refusal(404);
    const of = (mount: string, version: string) => ok({ data: { path: mount, type: 'kv', options: { version } } });
    if (`${path}/`.startsWith('secret/')) return of('secret/', '2');
    if (`${path}/`.startsWith('kv/')) return of('kv/', '1');
    return refusal(403, 'preflight capability check returned 403, please ensure client\'s policies grant access to path "none/"');
  }

  #read(path: string): { status: number; body: Json } {
    const inTwo = /^secret\/data\/(.*)$/.exec(path)?.[1];
    if (inTwo === undefined) {
      const secret = path.startsWith('secret/') ? undefined : this.secrets.get(path);
      return secret === undefined ? refusal(404) : ok({ data: secret, lease_duration: 2764800 });
    }
    const secret = this.secrets.get(`secret/${inTwo}`);
    const metadata = { version: 3, deletion_time: '', destroyed: false };
    if (secret === undefined) return refusal(404);
    // A deleted version is told of with 404, and with what is left of it.
    if (secret.deleted === true) return { status: 404, body: { data: { data: null, metadata } } };
    return ok({ data: { data: secret, metadata } });
  }

  #list(path: string): { status: number; body: Json } {
    if (path.startsWith('secret/data')) return refusal(405, 'unsupported operation');
    const folder = `${path.replace(/^secret\/metadata\/?/, 'secret/').replace(/\/$/, '')}/`;
    const names = [...this.secrets.keys()].filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length));
    const keys = [...new Set(names.map((name) => (name.includes('/') ? `${name.split('/')[0]}/` : name)))].sort();
    return keys.length === 0 ? refusal(404) : ok({ data: { keys } });
  }
}

const ok = (body: Json) => ({ status: 200, body });
const refusal = (status: number, ...errors: string[]) => ({ status, body: { errors } });
