/**
 * Versions and what they are compared with, as the library behind Sprig reads them: semver.org 2.0.0, with a leading `v` and missing
 * parts allowed; conditions joined by blanks or commas must all hold, groups joined by `||` are alternatives.
 */
export interface Version {
  readonly original: string;
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** "beta.1", '' for none. */
  readonly prerelease: string;
  /** Behind the plus sign. */
  readonly metadata: string;
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const versionShape = new RegExp(`^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`);

/** @throws Error */
export function parseVersion(text: string): Version {
  const match = versionShape.exec(text);
  if (!match) throw new Error('Invalid Semantic Version');
  const [original, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  return { original, major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), prerelease, metadata };
}

/** Below 0 when `a` comes first. Metadata does not count (semver.org §10). */
export function compareVersions(a: Version, b: Version): number {
  return sign(a.major - b.major) || sign(a.minor - b.minor) || sign(a.patch - b.patch) || comparePrereleases(a.prerelease, b.prerelease);
}

/** semver.org §11: numbers by value and before words, fewer fields before more; a release comes last. */
function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const [mine, others] = [a.split('.'), b.split('.')];
  for (const [i, field] of mine.entries()) {
    const other = others[i];
    if (other === undefined) return 1;
    if (field !== other) return compareFields(field, other);
  }
  return -1;
}

function compareFields(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return sign(BigInt(a) - BigInt(b));
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : 1;
}

type Condition = (version: Version) => boolean;

const wildcard = '[xX*]|\\d+';
const operandShape = `v?(${wildcard})(?:\\.(${wildcard}))?(?:\\.(${wildcard}))?(?:-(${identifiers}))?(?:\\+${identifiers})?`;
const conditionShape = new RegExp(`^(=|!=|>=|=>|<=|=<|>|<|~>|~|\\^|)\\s*${operandShape}$`);
const rangeShape = /(\S+)\s+-\s+(\S+)/g;

/** Whether the version meets the constraint, e.g. `>=1.2, <2 || ~3.1`. @throws Error */
export function meetsConstraint(constraint: string, version: Version): boolean {
  return constraint.split('||').some((group) =>
    conditionsOf(group)
      .map((text) => parseCondition(text, constraint))
      .every((holds) => holds(version)),
  );
}

/** "1.2 - 1.4" is ">=1.2 <=1.4". */
function conditionsOf(group: string): string[] {
  const spaced = group.replace(rangeShape, '>=$1 <=$2').replace(/([=!<>~^])\s+/g, '$1');
  return spaced.split(/[\s,]+/).filter(Boolean);
}

function parseCondition(text: string, constraint: string): Condition {
  const match = conditionShape.exec(text);
  if (!match) throw new Error(`improper constraint: ${constraint}`);
  const [, operator = '', ...parts] = match;
  const [major, minor, patch] = parts.slice(0, 3).map((part) => (part === undefined || /^[xX*]$/.test(part) ? undefined : BigInt(part)));
  const prerelease = parts[3] ?? '';
  const low: Version = { original: text, major: major ?? 0n, minor: minor ?? 0n, patch: patch ?? 0n, prerelease, metadata: '' };
  const given = major === undefined ? 0 : minor === undefined ? 1 : patch === undefined ? 2 : 3;
  const holds = comparison(operator, low, given);
  // A prerelease meets only constraints that speak of prereleases.
  return (version) => (version.prerelease === '' || prerelease !== '' ? holds(version) : false);
}

/** @param given how many parts the constraint has; the others are any. */
function comparison(operator: string, low: Version, given: number): Condition {
  const atLeast: Condition = (version) => compareVersions(version, low) >= 0;
  const within: Condition = (version) => atLeast(version) && compareVersions(version, next(low, given)) < 0;
  switch (operator) {
    case '!=':
      return (version) => (given < 3 ? !within(version) : compareVersions(version, low) !== 0);
    case '>':
      return (version) => (given < 3 ? given > 0 && compareVersions(version, next(low, given)) >= 0 : compareVersions(version, low) > 0);
    case '<':
      return (version) => compareVersions(version, low) < 0;
    case '>=':
    case '=>':
      return atLeast;
    case '<=':
    case '=<':
      return (version) => (given < 3 ? compareVersions(version, next(low, given)) < 0 : compareVersions(version, low) <= 0);
    case '~':
    case '~>':
      return (version) => atLeast(version) && compareVersions(version, next(low, Math.min(given, 2))) < 0;
    case '^':
      return (version) => atLeast(version) && compareVersions(version, next(low, caretParts(low, given))) < 0;
    default:
      return given < 3 ? within : (version) => compareVersions(version, low) === 0;
  }
}

/** Which part may not change under `^`: the first that is not 0. */
function caretParts({ major, minor }: Version, given: number): number {
  if (given === 0) return 0;
  if (major > 0n || given === 1) return 1;
  return minor > 0n || given === 2 ? 2 : 3;
}

/** The first version beyond those that agree in the first `parts` parts. */
function next(version: Version, parts: number): Version {
  const base = { ...version, prerelease: '', patch: 0n };
  if (parts === 3) return { ...base, patch: version.patch + 1n };
  if (parts === 2) return { ...base, minor: version.minor + 1n };
  return parts === 1 ? { ...base, major: version.major + 1n, minor: 0n } : { ...base, major: 2n ** 64n, minor: 0n };
}

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}
