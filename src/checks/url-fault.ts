/**
 * What is wrong with the address of an HTTP check, in the words of Go's URL parser. Such a check is accepted and stays critical, so the
 * text is all that tells the user.
 */
import { goQuote } from '../lib/go-quote.js';

/** '' when it can be asked. */
export function urlFault(url: string): string {
  const parse = (fault: string) => `parse ${goQuote(url)}: ${fault}`;
  if (/[\x00-\x1f\x7f]/.test(url)) return parse('net/url: invalid control character in URL');
  if (url.startsWith(':')) return parse('missing protocol scheme');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(url)?.[1]?.toLowerCase() ?? '';
  if (scheme === '' && /^[^/]*:/.test(url)) return parse('first path segment in URL cannot contain colon');
  if (scheme !== 'http' && scheme !== 'https') return `Get ${goQuote(url)}: unsupported protocol scheme ${goQuote(scheme)}`;
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host === '' || host.startsWith(':')) return `Get ${goQuote(url)}: http: no Host in request URL`;
  const port = /:([^\]:]*)$/.exec(host)?.[1];
  if (port !== undefined && !/^\d*$/.test(port)) return parse(`invalid port ${goQuote(`:${port}`)} after host`);
  if (!URL.canParse(url)) return parse('invalid character in host name or port');
  return '';
}
