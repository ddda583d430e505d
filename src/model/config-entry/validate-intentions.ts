/** Sources of service-intentions: each once, each with one answer, whether as an action or as permissions. */
import { goQuote } from '../../lib/go-quote.js';
import { covers, wildcard } from '../intention-precedence.js';
import type { IntentionPermission, IntentionSource, ServiceIntentions } from './entry.js';
import { matchFault } from './validate-router.js';

export function intentionsFault({ Name, Sources }: Pick<ServiceIntentions, 'Name' | 'Sources'>): string | null {
  if (isPartialWildcard(Name)) return "Name: wildcard character '*' cannot be used with partial values";
  if (Sources.length === 0) return 'At least one source is required';
  const seen = new Set<string>();
  for (const [i, source] of Sources.entries()) {
    const fault = sourceFault(source, `Sources[${i}]`, Name);
    if (fault !== null) return fault;
    if (seen.has(source.Name)) return `Sources[${i}] defines ${goQuote(source.Name)} more than once`;
    seen.add(source.Name);
  }
  return null;
}

/** "web*" names nothing: a wildcard stands alone. */
export function isPartialWildcard(name: string): boolean {
  return name.includes(wildcard) && !covers(name, wildcard);
}

function sourceFault(
  { Name, Action = '', Permissions = [], Type, LegacyID }: IntentionSource,
  at: string,
  destination: string,
): string | null {
  if (Name === '') return `${at}.Name is required`;
  if (isPartialWildcard(Name)) return `${at}.Name: wildcard character '*' cannot be used with partial values`;
  if (Type !== 'consul') return `${at}.Type must be set to 'consul'`;
  if (Permissions.length === 0) return isAction(Action) ? null : `${at}.Action must be set to 'allow' or 'deny'`;
  if (Action !== '') return `${at}.Action must be omitted if Permissions are specified`;
  if (LegacyID) return `${at}.Permissions cannot be specified when LegacyID is set`;
  if (destination === wildcard) return `${at}.Permissions cannot be specified when the destination is a wildcard`;
  return permissionsFault(Permissions, `${at}.Permissions`);
}

function permissionsFault(permissions: readonly IntentionPermission[], at: string): string | null {
  for (const [i, { Action = '', HTTP }] of permissions.entries()) {
    if (!isAction(Action)) return `${at}[${i}].Action must be set to 'allow' or 'deny'`;
    if (!HTTP || Object.keys(HTTP).length === 0) return `${at}[${i}].HTTP is required`;
    const fault = matchFault(HTTP, `${at}[${i}].HTTP`);
    if (fault !== null) return fault;
  }
  return null;
}

function isAction(action: string): boolean {
  return action === 'allow' || action === 'deny';
}
