/** `mesh-template versions RESOURCE`: what `rollback` can put back. */
import type { FlagTable } from '../../src/lib/argv.js';
import { columnize } from '../../src/lib/columnize.js';
import type { ProcessParts } from '../process.js';
import { type Version, versionHash } from '../runtime/group-state.js';
import type { Keeper } from '../runtime/keeper.js';
import { runGroupCommand } from './group-command.js';

const flags = {
  json: { kind: 'bool', about: 'print JSON' },
} as const satisfies FlagTable;

export function versionsCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  const command = {
    usage: 'mesh-template versions [options] RESOURCE',
    about: 'Lists the versions of the files of a resource, or of its group, that rollback can put back.',
    flags,
  };
  return runGroupCommand({ argv, parts, command }, async ({ keeper }, { json }) => {
    const rows = listed(keeper);
    if (json) parts.print(`${JSON.stringify(rows, null, 2)}\n`);
    else parts.print(textOf(rows));
    return true;
  });
}

interface Row {
  readonly Version: number;
  readonly Time: string;
  readonly SHA256: string;
  readonly Files: readonly string[];
  /** The files are like this now. */
  readonly Current: boolean;
  readonly Pinned: boolean;
}

/** Newest first. */
function listed(keeper: Keeper): readonly Row[] {
  const { state } = keeper;
  const pinned = state.pin()?.version;
  const now = versionHash(keeper.filesNow());
  const versions = state.versionNumbers().flatMap((number) => state.version(number) ?? []);
  const current = versions.findLast(({ sha256, version }) => sha256 === now && (pinned === undefined || pinned === version));
  return versions.toReversed().map((version) => rowOf(version, { current: current?.version, pinned }));
}

function rowOf(
  { version, time, sha256, files }: Version,
  { current, pinned }: { readonly current: number | undefined; readonly pinned: number | undefined },
): Row {
  return {
    Version: version,
    Time: time,
    SHA256: sha256,
    Files: files.map(({ destination }) => destination),
    Current: version === current,
    Pinned: version === pinned,
  };
}

function textOf(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no versions are kept yet\n';
  const lines = rows.map(({ Version, Time, SHA256, Files, Current, Pinned }) => {
    const note = [Current ? 'current' : '', Pinned ? 'pinned' : ''].filter((word) => word !== '').join(', ');
    return [String(Version), Time, String(Files.length), SHA256.slice(0, 12), note];
  });
  return `${columnize([['Version', 'Time', 'Files', 'SHA256', ''], ...lines])}\n`;
}
