/**
 * How a token for Vault is come by, and kept: by a login (https://developer.hashicorp.com/vault/api-docs/auth), or given. A token that can
 * be renewed is renewed after two thirds of its time; one that ran out is replaced by a new login at the next question.
 */
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../src/lib/clock.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { asTable, numberIn, type Table, textIn } from './json-table.js';
import type { VaultLogin } from './settings.js';
import { SourceError } from './source.js';
import { VaultRefusal, type VaultRequest } from './vault-request.js';

export interface VaultGrant {
  readonly token: string;
  /** How long it is good for; 0 is without an end. */
  readonly lastsMs: number;
  readonly isRenewable: boolean;
  readonly sinceMs: number;
}

export interface VaultLoginsOptions {
  readonly login: VaultLogin;
  readonly clock: Clock;
  send(request: VaultRequest, token: string, signal: AbortSignal): Promise<Table | undefined>;
}

/** A renewal that failed is tried again after so long, as long as the token is good. */
const renewalRetryMs = 5_000;
/** A token is not taken for outdated before, unless it was to last less: each login leaves one in Vault, and a path may be forbidden to all of them. */
const tokenAgeLeastMs = 60_000;
/** A login that was refused is not tried again before: Vault locks users out who come too often. */
const refusalKeptMs = 30_000;

export class VaultLogins {
  readonly #options: VaultLoginsOptions;
  readonly #ending = new AbortController();
  #grant: Promise<VaultGrant> | undefined;
  #refusal: { readonly error: VaultRefusal; readonly untilMs: number } | undefined;
  #cancelRenewal = () => {};

  constructor(options: VaultLoginsOptions) {
    this.#options = options;
  }

  /** Those who ask while a login is under way share it. @throws SourceError */
  async granted(): Promise<VaultGrant> {
    if (this.#refusal !== undefined && this.#options.clock.now() < this.#refusal.untilMs) throw this.#refusal.error;
    const begun = this.#grant ?? this.#login();
    this.#grant = begun;
    try {
      return await begun;
    } catch (error) {
      if (this.#grant === begun) this.#grant = undefined;
      if (error instanceof VaultRefusal && error.status < 500)
        this.#refusal = { error, untilMs: this.#options.clock.now() + refusalKeptMs };
      throw error;
    }
  }

  /** A refusal may mean that the token has run out or was taken back. A given token has no successor. */
  mayBeOutdated({ sinceMs, lastsMs }: VaultGrant): boolean {
    const leastMs = lastsMs > 0 ? Math.min(lastsMs, tokenAgeLeastMs) : tokenAgeLeastMs;
    return this.#options.login.method !== 'token' && this.#options.clock.now() - sinceMs >= leastMs;
  }

  /** Another token instead of one that was refused. */
  async grantedAnew(refused: VaultGrant): Promise<VaultGrant> {
    const known = await this.#grant?.catch(() => undefined);
    if (known === refused) this.#grant = undefined;
    return this.granted();
  }

  close(): void {
    this.#cancelRenewal();
    this.#ending.abort();
  }

  async #login(): Promise<VaultGrant> {
    const { login, send, clock } = this.#options;
    const { signal } = this.#ending;
    const answer = login.method === 'token' ? await this.#lookUp(login.token) : grantIn(await send(await loginRequest(login), '', signal));
    if (answer === undefined) throw new SourceError('vault: the login gave no token');
    const grant = { ...answer, sinceMs: clock.now() };
    this.#planRenewal(grant);
    return grant;
  }

  /** A token that may not look at itself can still be good for secrets. */
  async #lookUp(token: string): Promise<TokenTimes> {
    try {
      const answer = await this.#options.send({ method: 'GET', path: 'auth/token/lookup-self' }, token, this.#ending.signal);
      const data = asTable(answer?.data);
      return { token, lastsMs: numberIn(data, 'ttl') * 1000, isRenewable: data?.renewable === true };
    } catch (error) {
      if (error instanceof VaultRefusal && error.status === 403) return { token, lastsMs: 0, isRenewable: false };
      throw error;
    }
  }

  #planRenewal({ token, lastsMs, isRenewable }: TokenTimes): void {
    this.#cancelRenewal();
    if (!isRenewable || lastsMs === 0) return;
    const { clock } = this.#options;
    const endsMs = clock.now() + lastsMs;
    this.#cancelRenewal = clock.after((lastsMs * 2) / 3, () => void this.#renew(token, endsMs));
  }

  async #renew(token: string, endsMs: number): Promise<void> {
    const { clock, send } = this.#options;
    try {
      const renewed = grantIn(await send({ method: 'POST', path: 'auth/token/renew-self', body: {} }, token, this.#ending.signal));
      if (renewed !== undefined) this.#planRenewal({ ...renewed, token });
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      if (!(error instanceof SourceError)) throw error;
      // Questions meet the same failure and say it. Without a renewal the token ends, and the next question logs in.
      if (clock.now() + renewalRetryMs < endsMs) this.#cancelRenewal = clock.after(renewalRetryMs, () => void this.#renew(token, endsMs));
    }
  }
}

type TokenTimes = Omit<VaultGrant, 'sinceMs'>;

function grantIn(answer: Table | undefined): TokenTimes | undefined {
  const grant = asTable(answer?.auth);
  const token = textIn(grant, 'client_token');
  return token === '' ? undefined : { token, lastsMs: numberIn(grant, 'lease_duration') * 1000, isRenewable: grant?.renewable === true };
}

async function loginRequest(login: Exclude<VaultLogin, { method: 'token' }>): Promise<VaultRequest> {
  const post = (body: Table, user = ''): VaultRequest => ({ method: 'POST', path: `auth/${login.path}/login${user}`, body });
  switch (login.method) {
    case 'app-role':
      return post({ role_id: login.roleId, secret_id: login.secretId });
    case 'app-id':
      return post({ app_id: login.appId, user_id: login.userId });
    case 'userpass':
      return post({ password: login.password }, `/${login.username}`);
    case 'github':
      return post({ token: login.token });
    case 'kubernetes':
      return post({ jwt: await fileText(login.tokenFile), role: login.role });
    case 'cert':
      return post({});
  }
}

async function fileText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new SourceError(`vault: cannot read the token ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
