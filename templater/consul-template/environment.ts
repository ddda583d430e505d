/** The environment of commands: our own, as the rules of the configuration leave it, and how to reach the agent. */
import { GlobPattern } from '../functions/go-path.js';
import type { ConnectionSettings } from '../source/connection-settings.js';
import type { EnvironmentRules } from './exec-settings.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** What consul-template tells its commands, so that they reach the same agent. */
export function agentVariables({
  addresses,
  token,
  basicAuthentication,
  verifyCertificate,
}: ConnectionSettings): Readonly<Record<string, string>> {
  const [address = ''] = addresses;
  const isSecure = address.startsWith('https://');
  return {
    CONSUL_HTTP_ADDR: address.replace(/^https?:\/\//, ''),
    ...(token !== '' && { CONSUL_HTTP_TOKEN: token }),
    ...(basicAuthentication !== '' && { CONSUL_HTTP_AUTH: basicAuthentication }),
    CONSUL_HTTP_SSL: String(isSecure),
    ...(isSecure && { CONSUL_HTTP_SSL_VERIFY: String(verifyCertificate) }),
  };
}

/** `custom` is always set; of the rest nothing when pristine, else what is allowed and not denied. */
export function commandEnvironment(
  { isPristine, custom, allowed, denied }: EnvironmentRules,
  { own, agent }: { readonly own: Variables; readonly agent: Readonly<Record<string, string>> },
): Readonly<Record<string, string>> {
  const isPassedOn = ([name, value]: readonly [string, string | undefined]): boolean =>
    value !== undefined && (allowed.length === 0 || matchesAny(allowed, name)) && !matchesAny(denied, name);
  const inherited = isPristine ? {} : Object.fromEntries(Object.entries({ ...own, ...agent }).filter(isPassedOn));
  return { ...inherited, ...Object.fromEntries(custom.map(pairOf)) } as Record<string, string>;
}

function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => new GlobPattern(pattern).matches(name));
}
