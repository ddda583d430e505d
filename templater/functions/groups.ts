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

/** Sprig's names without their prefix. */
function sprig(names: string): FunctionGroup['names'] {
  return { 'consul-template': names.replace(/\S+/g, 'sprig_$&') };
}

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
    names: { 'consul-template': 'key keyExists keyExistsGet keyOrDefault ls tree safeLs safeTree' },
    load: async () => (await import('./consul-keys.js')).consulKeyFunctions,
  },
  {
    names: { 'consul-template': 'service connect services nodes node datacenters' },
    load: async () => (await import('./consul-catalog.js')).consulCatalogFunctions,
  },
  {
    names: { 'consul-template': 'env envOrDefault mustEnv timestamp file plugin executeTemplate' },
    load: async () => (await import('./consul-environment.js')).consulEnvironmentFunctions,
  },
  {
    names: {
      'consul-template':
        'join split splitToMap trimSpace trim trimPrefix trimSuffix replaceAll toTitle indent base64URLEncode base64Decode base64URLDecode',
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
    names: { 'consul-template': 'contains in containsAll containsAny containsNone containsNotAll' },
    load: async () => (await import('./consul-membership.js')).consulMembershipFunctions,
  },
  {
    names: { 'consul-template': 'byKey byTag byMeta byPort' },
    load: async () => (await import('./consul-grouping.js')).consulGroupingFunctions,
  },
  {
    names: { 'consul-template': 'explode explodeMap mergeMap mergeMapWithOverride' },
    load: async () => (await import('./consul-maps.js')).consulMapFunctions,
  },
  {
    names: { 'consul-template': 'parseJSON toJSON toJSONPretty toUnescapedJSON toUnescapedJSONPretty toYAML toTOML' },
    load: async () => (await import('./consul-formats.js')).consulFormatFunctions,
  },
  {
    names: { 'consul-template': 'parseYAML' },
    load: async () => (await import('./yaml.js')).yamlFunctions,
  },
  {
    names: { 'consul-template': 'scratch' },
    load: async () => (await import('./scratch.js')).scratchFunctions,
  },
  {
    names: { 'consul-template': 'caRoots caLeaf' },
    load: async () => (await import('./consul-certificates.js')).consulCertificateFunctions,
  },
  {
    names: { 'consul-template': 'sockaddr' },
    load: async () => (await import('./sockaddr.js')).sockaddrFunctions,
  },
  {
    names: { 'consul-template': 'writeToFile' },
    load: async () => (await import('./write-to-file.js')).writeToFileFunctions,
  },
  {
    names: { 'consul-template': 'spew_dump spew_sdump spew_printf spew_sprintf' },
    load: async () => (await import('./spew.js')).spewFunctions,
  },
  {
    names: {
      confd: 'cget cgets cgetv cgetvs',
      'consul-template':
        'secret secrets pkiCert nomadService nomadServices nomadVar nomadVarExists nomadVarList nomadVarListSafe partitions peerings exportedServices importedServices',
    },
    load: async () => (await import('./refused.js')).refusedFunctions,
  },
  {
    names: sprig(
      'trim trimAll trimall trimPrefix trimSuffix upper lower title untitle swapcase snakecase kebabcase camelcase initials nospace abbrev abbrevboth trunc substr repeat replace contains hasPrefix hasSuffix quote squote cat indent nindent plural wrap wrapWith toString toStrings join split splitn splitList hello',
    ),
    load: async () => (await import('./sprig-strings.js')).sprigStringFunctions,
  },
  {
    names: sprig(
      'list tuple append push mustAppend mustPush prepend mustPrepend concat first mustFirst last mustLast rest mustRest initial mustInitial reverse mustReverse uniq mustUniq without mustWithout has mustHas compact mustCompact slice mustSlice chunk mustChunk sortAlpha until untilStep seq randInt',
    ),
    load: async () => (await import('./sprig-lists.js')).sprigListFunctions,
  },
  {
    names: sprig(
      'dict get set unset hasKey pluck keys values pick omit merge mustMerge mergeOverwrite mustMergeOverwrite dig deepCopy mustDeepCopy',
    ),
    load: async () => (await import('./sprig-dicts.js')).sprigDictFunctions,
  },
  {
    names: sprig(
      'int int64 float64 atoi toDecimal add add1 sub mul div mod addf add1f subf mulf divf max biggest min maxf minf ceil floor round',
    ),
    load: async () => (await import('./sprig-numbers.js')).sprigNumberFunctions,
  },
  {
    names: sprig(
      'default empty coalesce all any ternary fail typeOf typeIs typeIsLike kindOf kindIs deepEqual fromJson mustFromJson toJson mustToJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson',
    ),
    load: async () => (await import('./sprig-defaults.js')).sprigDefaultFunctions,
  },
  {
    names: sprig(
      'now date dateInZone date_in_zone htmlDate htmlDateInZone dateModify date_modify mustDateModify must_date_modify toDate mustToDate unixEpoch ago duration durationRound',
    ),
    load: async () => (await import('./sprig-dates.js')).sprigDateFunctions,
  },
  {
    names: sprig(
      'regexMatch mustRegexMatch regexFind mustRegexFind regexFindAll mustRegexFindAll regexReplaceAll mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit regexQuoteMeta',
    ),
    load: async () => (await import('./sprig-regex.js')).sprigRegexFunctions,
  },
  {
    names: sprig(
      'sha1sum sha256sum sha512sum adler32sum b64enc b64dec b32enc b32dec randAlphaNum randAlpha randNumeric randAscii randBytes shuffle uuidv4 encryptAES decryptAES bcrypt htpasswd derivePassword genPrivateKey genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey buildCustomCert',
    ),
    load: async () => (await import('./sprig-crypto.js')).sprigCryptoFunctions,
  },
  {
    names: sprig('base osBase dir osDir clean osClean ext osExt isAbs osIsAbs urlParse urlJoin env expandenv getHostByName'),
    load: async () => (await import('./sprig-places.js')).sprigPlaceFunctions,
  },
  {
    names: sprig('semver semverCompare'),
    load: async () => (await import('./sprig-versions.js')).sprigVersionFunctions,
  },
];
