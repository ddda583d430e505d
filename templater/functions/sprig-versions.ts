/** Sprig's functions on semantic versions. */
import { fromText, toText } from '../go-template/byte-string.js';
import { GoInteger, GoStruct, type GoValue, type StructType } from '../go-template/value.js';
import type { FunctionRow } from './function-row.js';
import { compareVersions, meetsConstraint, parseVersion, type Version } from './semver.js';
import { sprig } from './sprig-row.js';

export const sprigVersionFunctions: readonly FunctionRow[] = [
  sprig({
    usage: 'semver TEXT',
    summary: 'a version with `.Major`, `.Minor`, `.Patch`, `.Prerelease`, `.Metadata`, `.Original` and `.Compare OTHER`',
    parameters: ['string'],
    call: (_, [text]) => versionValue(parseVersion(toText(text))),
  }),
  sprig({
    usage: 'semverCompare CONSTRAINT VERSION',
    summary: 'whether the version meets `>=1.2`, `~1.2.3`, `^1.2`, `1.2 - 1.4`, `1.x`; blanks and commas are "and", `||` is "or"',
    parameters: ['string', 'string'],
    call: (_, [constraint, version]) => meetsConstraint(toText(constraint), parseVersion(toText(version))),
  }),
];

const versions = new WeakMap<GoStruct, Version>();

function versionValue(version: Version): GoStruct {
  const plain = (name: string, value: GoValue) => () => ({ kind: 'function', name, parameters: [], call: () => value }) as const;
  const { major, minor, patch, prerelease, metadata, original } = version;
  const canonical = `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`;
  const unsigned = (value: bigint) => new GoInteger('uint64', value);
  const type: StructType = {
    name: 'semver.Version',
    pointer: true,
    fields: new Map(),
    print: () => canonical,
    methods: {
      Major: plain('Major', unsigned(major)),
      Minor: plain('Minor', unsigned(minor)),
      Patch: plain('Patch', unsigned(patch)),
      Prerelease: plain('Prerelease', prerelease),
      Metadata: plain('Metadata', metadata),
      Original: plain('Original', fromText(original)),
      String: plain('String', canonical),
      Compare: () => ({
        kind: 'function',
        name: 'Compare',
        parameters: ['*semver.Version'],
        call: ([other]) => BigInt(compareVersions(version, versionOf(other))),
      }),
    },
  };
  const value = new GoStruct(type, {});
  versions.set(value, version);
  return value;
}

function versionOf(value: GoValue): Version {
  const version = value instanceof GoStruct ? versions.get(value) : undefined;
  if (!version) throw new Error('only versions can be compared');
  return version;
}
