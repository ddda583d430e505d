/**
 * Which functions there are, and which file has them. Reading the files takes longer than everything else a one-time run does, so a
 * template loads only those whose functions it names. The rows themselves, with types, documentation and code, are in the files; a test
 * holds these names to them.
 *
 * To add a function: add its row to the file of its kind, and its name here.
 */
import type { Dialect, FunctionRow } from './function-row.js';

export interface FunctionGroup {
  /** Names with blanks between them, for each dialect that has the function. */
  readonly names: Readonly<Partial<Record<Dialect, string>>>;
  readonly load: () => Promise<readonly FunctionRow[]>;
}

const builtins = 'and or not len index slice call print printf println html js urlquery eq ne lt le gt ge';
const shared = 'toUpper toLower base64Encode';

/** In the order of the documentation. */
export const functionGroups: readonly FunctionGroup[] = [
  {
    names: { go: builtins, confd: builtins, 'consul-template': builtins },
    load: async () => (await import('./go-builtins.js')).goBuiltins,
  },
  {
    names: { confd: shared, 'consul-template': shared },
    load: async () => (await import('./shared-functions.js')).sharedFunctions,
  },
  {
    names: { confd: 'exists get getv gets getvs ls lsdir' },
    load: async () => (await import('./confd-keys.js')).confdKeyFunctions,
  },
  {
    names: {
      confd:
        'base dir split join replace contains trimSuffix trimPrefix repeat nospace snakecase kebabcase camelcase quote squote indent nindent base64Decode parseBool atoi add sub mul div mod seq fileExists',
    },
    load: async () => (await import('./confd-strings.js')).confdStringFunctions,
  },
  {
    names: {
      confd:
        'json jsonArray fromJson toJson toPrettyJson map dict list append hasKey keys values pluck reverse sortByLength sortKVByLength default ternary coalesce empty',
    },
    load: async () => (await import('./confd-collections.js')).confdCollectionFunctions,
  },
  {
    names: { confd: 'getenv datetime hostname lookupIP lookupIPV4 lookupIPV6 lookupSRV lookupIfaceIPV4 lookupIfaceIPV6 include' },
    load: async () => (await import('./confd-environment.js')).confdEnvironmentFunctions,
  },
  {
    names: { confd: 'regexMatch regexFind regexReplaceAll', 'consul-template': 'regexMatch regexReplaceAll' },
    load: async () => (await import('./regular-expressions.js')).regularExpressionFunctions,
  },
  {
    names: { confd: 'sha256sum', 'consul-template': 'sha256Hex md5sum hmacSHA256Hex' },
    load: async () => (await import('./digests.js')).digestFunctions,
  },
  {
    names: {
      'consul-template': 'key keyExists keyOrDefault ls tree safeLs safeTree service connect services nodes node datacenters file',
    },
    load: async () => (await import('./consul-data.js')).consulDataFunctions,
  },
  {
    names: {
      'consul-template':
        'join split splitToMap trimSpace trim trimPrefix trimSuffix replaceAll toTitle indent env envOrDefault mustEnv timestamp base64URLEncode base64Decode base64URLDecode',
    },
    load: async () => (await import('./consul-text.js')).consulTextFunctions,
  },
  {
    names: {
      'consul-template': 'add subtract multiply divide modulo minimum maximum loop parseBool parseInt parseUint parseFloat',
    },
    load: async () => (await import('./consul-numbers.js')).consulNumberFunctions,
  },
  {
    names: {
      'consul-template':
        'contains in containsAll containsAny containsNone containsNotAll byKey byTag byMeta explode explodeMap mergeMap mergeMapWithOverride parseJSON toJSON toJSONPretty toUnescapedJSON toUnescapedJSONPretty toYAML toTOML executeTemplate scratch plugin',
    },
    load: async () => (await import('./consul-collections.js')).consulCollectionFunctions,
  },
];
