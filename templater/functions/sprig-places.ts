/** Sprig's functions on paths and URLs, and those that ask the machine. */
import { isIP } from 'node:net';
import { fromText, toText } from '../go-template/byte-string.js';
import { compareBytes, GoMap } from '../go-template/value.js';
import type { FunctionRow } from './function-row.js';
import { basePath, cleanPath, parentPath } from './go-path.js';
import { anyMap, sprig, withAliases } from './sprig-row.js';
import { textOf } from './sprig-values.js';

export const sprigPlaceFunctions: readonly FunctionRow[] = [
  ...withAliases(
    sprig({ usage: 'base PATH', summary: 'the last element of a path', parameters: ['string'], call: (_, [path]) => basePath(path) }),
    'osBase',
  ),
  ...withAliases(
    sprig({
      usage: 'dir PATH',
      summary: 'all but the last element of a path',
      parameters: ['string'],
      call: (_, [path]) => parentPath(path),
    }),
    'osDir',
  ),
  ...withAliases(
    sprig({
      usage: 'clean PATH',
      summary: 'without `.`, `..` and needless slashes',
      parameters: ['string'],
      call: (_, [path]) => cleanPath(path),
    }),
    'osClean',
  ),
  ...withAliases(
    sprig({
      usage: 'ext PATH',
      summary: 'the ending from the last dot on',
      parameters: ['string'],
      call: (_, [path]) => /\.[^./]*$/.exec(path)?.[0] ?? '',
    }),
    'osExt',
  ),
  ...withAliases(
    sprig({
      usage: 'isAbs PATH',
      summary: 'whether it begins with a slash',
      parameters: ['string'],
      call: (_, [path]) => path.startsWith('/'),
    }),
    'osIsAbs',
  ),
  sprig({
    usage: 'urlParse URL',
    summary: 'a map with `scheme`, `host`, `hostname`, `path`, `query`, `opaque`, `fragment`, `userinfo`',
    parameters: ['string'],
    call: (_, [url]) => parseUrl(url),
  }),
  sprig({ usage: 'urlJoin MAP', summary: 'a URL out of such a map', parameters: [anyMap], call: (_, [map]) => joinUrl(map) }),
  sprig({
    usage: 'env NAME',
    summary: 'an environment variable, "" when unset',
    parameters: ['string'],
    call: ({ source }, [name]) => fromText(source.environment(toText(name)) ?? ''),
  }),
  sprig({
    usage: 'expandenv TEXT',
    summary: 'the text with `$NAME`, also in braces, replaced by environment variables',
    parameters: ['string'],
    call: ({ source }, [text]) =>
      text.replace(/\$(?:\{([^}]*)\}|([A-Za-z_]\w*|[*#$@!?\-0-9]))/g, (_, braced?: string, bare?: string) =>
        fromText(source.environment(toText(braced ?? bare ?? '')) ?? ''),
      ),
  }),
  sprig({
    usage: 'getHostByName NAME',
    summary: 'an address of a host name, the first in byte order; "" when there is none',
    parameters: ['string'],
    call: (context, [name]) => {
      if (isIP(name) !== 0) return name;
      const found = context.lookup({ kind: 'hostAddresses', name: toText(name), family: 0 }) ?? [];
      return found.map(fromText).sort(compareBytes)[0] ?? '';
    },
  }),
];

/** RFC 3986 appendix B */
const urlShape = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

function parseUrl(url: string): GoMap {
  const [, scheme = '', authority, path = '', query = '', fragment = ''] = urlShape.exec(url) ?? [];
  if (/[\x00-\x1f\x7f]/.test(url)) throw new Error('unable to parse url: invalid control character in URL');
  const isOpaque = scheme !== '' && authority === undefined && path !== '' && !path.startsWith('/');
  const [, userinfo = '', host = ''] = /^(?:(.*)@)?(.*)$/s.exec(authority ?? '') ?? [];
  const hostname = /^\[(.*)\](?::\d*)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '');
  const fields = {
    scheme: scheme.toLowerCase(),
    host,
    hostname,
    path: isOpaque ? '' : decoded(path),
    query,
    opaque: isOpaque ? path : '',
    fragment: decoded(fragment),
    userinfo,
  };
  return new GoMap(new Map(Object.entries(fields)));
}

function decoded(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})?/g, (whole, byte?: string) => {
    if (byte === undefined) throw new Error(`unable to parse url: invalid URL escape "${whole}"`);
    return String.fromCharCode(Number.parseInt(byte, 16));
  });
}

function joinUrl(map: GoMap): string {
  const part = (name: string) => (map.entries.has(name) ? textOf(map.entries.get(name)) : '');
  const [scheme, host, path, userinfo, opaque] = [part('scheme'), part('host'), encoded(part('path')), part('userinfo'), part('opaque')];
  const start = scheme === '' ? '' : `${scheme}:`;
  const authority = host === '' && userinfo === '' ? '' : `//${userinfo === '' ? '' : `${userinfo}@`}${host}`;
  const place = opaque === '' ? authority + (authority !== '' && path !== '' && !path.startsWith('/') ? `/${path}` : path) : opaque;
  const query = part('query') === '' ? '' : `?${part('query')}`;
  return start + place + query + (part('fragment') === '' ? '' : `#${encoded(part('fragment'))}`);
}

/** Bytes that may not stand in a path are escaped; what already is stays. */
function encoded(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
