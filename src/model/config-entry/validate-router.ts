/** Routes and what they match; permissions of intentions match by the same rules. */
import type { HeaderMatch, HttpMatch, Route } from './entry.js';

export function routerFault(routes: readonly Route[]): string | null {
  for (const [i, { Match, Destination }] of routes.entries()) {
    const at = `Route[${i}]`;
    const http = Match?.HTTP;
    const fault = http ? matchFault(http, at) : null;
    if (fault !== null) return fault;
    const hasPath = Boolean(http?.PathExact) || Boolean(http?.PathPrefix);
    if (Destination?.PrefixRewrite && !hasPath)
      return `${at} cannot make use of PrefixRewrite without configuring either PathExact or PathPrefix`;
  }
  return null;
}

export function matchFault(match: HttpMatch, at: string): string | null {
  const { PathExact = '', PathPrefix = '', PathRegex = '', Header = [], QueryParam = [], Methods = [] } = match;
  if ([PathExact, PathPrefix, PathRegex].filter((path) => path !== '').length > 1)
    return `${at} should only contain at most one of PathExact, PathPrefix, or PathRegex`;
  if (PathExact !== '' && !PathExact.startsWith('/')) return `${at} PathExact doesn't start with '/': "${PathExact}"`;
  if (PathPrefix !== '' && !PathPrefix.startsWith('/')) return `${at} PathPrefix doesn't start with '/': "${PathPrefix}"`;
  return (
    namedFault(Header, `${at} Header`, 'Present, Exact, Prefix, Suffix, or Regex') ??
    namedFault(QueryParam, `${at} QueryParam`, 'Present, Exact, or Regex') ??
    repeatedMethod(Methods, at)
  );
}

function namedFault(matches: readonly HeaderMatch[], at: string, choices: string): string | null {
  for (const [i, { Name, Present, Exact, Prefix, Suffix, Regex }] of matches.entries()) {
    if (!Name) return `${at}[${i}] missing required Name field`;
    const chosen = [Present, Exact, Prefix, Suffix, Regex].filter(Boolean).length;
    if (chosen !== 1) return `${at}[${i}] should only contain one of ${choices}`;
  }
  return null;
}

function repeatedMethod(methods: readonly string[], at: string): string | null {
  const repeated = methods.find((method, i) => methods.indexOf(method) !== i);
  return repeated === undefined ? null : `${at} Methods contains "${repeated}" more than once`;
}
