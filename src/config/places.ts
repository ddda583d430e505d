/**
 * Where a mistake stands: `c.json:12: ports.http`. The texts of mistakes are Consul's, which tells neither file nor line, and scripts compare
 * them; so places are found afterwards, by the keys that a text names, and told beside it.
 */
import { hclOutline, jsonOutline, type Outline, type PathPart, pathName } from '../lib/config-outline.js';
import { MeshError } from '../model/errors.js';
import type { ConfigSource } from './sources.js';
import { isOptionKey, type OptionKey, optionKeys, optionRow, pathOf } from './table.js';

/** A mistake of the configuration with the places it comes from; `message` is the text alone. */
export class ConfigMistake extends MeshError {
  readonly places: readonly string[];

  constructor(text: string, places: readonly string[], options: ErrorOptions) {
    super('config-invalid', text, options);
    this.places = places;
  }
}

/** An error of later judges, with the places of what it is about. */
export function located(error: unknown, { placesOf: find }: { readonly placesOf: (text: string) => readonly string[] }): unknown {
  const isMistake = error instanceof MeshError && error.code === 'config-invalid' && !(error instanceof ConfigMistake);
  return isMistake ? new ConfigMistake(error.message, find(error.message), { cause: error }) : error;
}

interface Listener {
  /** Somebody reads it on a screen. */
  readonly isTerminal: boolean;
}

/** The text with a line for each place behind it. What names its file already is told to programs as it is: they compare it. */
export function toldWithPlaces(error: MeshError, { isTerminal }: Listener): string {
  if (!(error instanceof ConfigMistake) || error.places.length === 0) return error.message;
  if (!isTerminal && error.message.startsWith('failed to parse ')) return error.message;
  return `${error.message.trimEnd()}\n${error.places.map((place) => `    at ${place}\n`).join('')}`.trimEnd();
}

/** @param text of a mistake in some of the sources */
export function placesOf(text: string, sources: readonly ConfigSource[]): readonly string[] {
  const found = sources.flatMap((source) => {
    const inThis = text.startsWith(`failed to parse ${source.name}: `);
    const paths = inThis ? pathsIn(text) : text.startsWith('failed to parse ') ? [] : settingsIn(text);
    if (paths.length === 0) return [];
    const outline = outlineOf(source);
    return paths.flatMap((path) => {
      const line = lineOf(path, outline, { withParents: inThis });
      return line === undefined ? [] : [`${source.name}:${line}: ${path}`];
    });
  });
  return [...new Set(found)];
}

/** Of lists like `* invalid config key services[1].zzz` and `* 'ports.http' expected type 'int'`. */
function pathsIn(text: string): readonly string[] {
  const keys = [...text.matchAll(/\* invalid config key (\S+)/g)].map(([, path = '']) => path);
  const types = [...text.matchAll(/^\* '([^'\n]+)'/gm)].map(([, path = '']) => path);
  return [...keys, ...types];
}

/** What some texts call by another name than the key's. */
const otherNames: readonly (readonly [words: RegExp, keys: readonly OptionKey[]])[] = [
  [/^DNS recursor address/, ['recursors']],
  [/^DNS address/, ['addresses.dns']],
  [/^Advertise address/, ['advertise_addr', 'bind_addr']],
  [/^Advertise WAN address/, ['advertise_addr_wan']],
  [/^ui-content-path/, ['ui_config.content_path', 'ui_content_path']],
  [
    /^(?:HTTPS?|DNS|RPC Advertise|Serf Advertise LAN|Serf Advertise WAN) address .* already configured/,
    ['ports.http', 'ports.https', 'ports.dns', 'ports.server', 'ports.serf_lan', 'ports.serf_wan'],
  ],
  [/is not a valid CA provider$/, ['connect.ca_provider']],
  [/^Network segments/, ['segment', 'segments']],
  [/^allow_write_http_from/, ['http_config.allow_write_http_from']],
  [/ca_file|^VerifyIncoming|^VerifyOutgoing/, ['verify_incoming', 'verify_incoming_https', 'verify_incoming_rpc', 'verify_outgoing']],
  [/^Failed to load cert\/key pair/, ['cert_file', 'key_file']],
  [/^TLSMinVersion/, ['tls_min_version']],
];

/** Options that a text names, whole (`dns_config.a_record_limit`) or by their last part (`proxy_min_port`), and their old names. */
function settingsIn(text: string): readonly OptionKey[] {
  const words = new Set(text.match(/[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*/g) ?? []);
  const whole = [...words].filter(isOptionKey);
  const byLastPart = whole.length > 0 ? [] : optionKeys.filter((key) => key.includes('.') && words.has(pathOf(key).at(-1) ?? ''));
  const named = [...whole, ...byLastPart, ...otherNames.flatMap(([pattern, keys]) => (pattern.test(text) ? keys : []))];
  const older = optionKeys.filter((key) => named.some((name) => optionRow(key).oldNameOf === name));
  return [...new Set([...named, ...older])];
}

function outlineOf({ format, text }: ConfigSource): Outline {
  return format === 'json' ? jsonOutline(text) : hclOutline(text);
}

interface Search {
  /** What is missing inside a list or a map is looked for in what is around it. */
  readonly withParents: boolean;
}

function lineOf(path: string, outline: Outline, { withParents }: Search): number | undefined {
  const parts = isOptionKey(path) ? pathOf(path) : partsOf(path);
  for (let length = parts.length; length > 0; length--) {
    const line = outline.get(pathName(parts.slice(0, length)));
    if (line !== undefined || !withParents) return line;
  }
  return undefined;
}

/** `services[1].meta["a.b"]` -> services, 1, meta, a.b */
function partsOf(path: string): readonly PathPart[] {
  return [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, position, key]) =>
    position === undefined ? (quoted ?? key ?? '') : Number(position),
  );
}
