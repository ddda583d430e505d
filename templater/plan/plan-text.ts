/** A plan in words: a unified diff of every file, the commands, and one line that sums it up. */
import { unifiedDiff } from '../../src/lib/unified-diff.js';
import type { FileChange } from '../runtime/change-set.js';
import type { FileState } from '../runtime/target.js';
import type { Plan, PlannedCommand } from './plan.js';

/** Gives a text a colour, or leaves it as it is. */
export type Paint = (color: 'bold' | 'red' | 'green' | 'cyan' | 'yellow', text: string) => string;

const codes = { bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export const inColor: Paint = (color, text) => `\x1b[${codes[color]}m${text}\x1b[0m`;
export const plain: Paint = (_, text) => text;

export function planText({ changes, commands, held, failures, resources, watches }: Plan, paint: Paint): string {
  const sections = [
    ...changes.map((change) => changeText(change, paint)),
    ...(commands.length === 0 ? [] : [[paint('bold', 'Commands, in this order:'), ...commands.map(commandText)].join('\n')]),
    ...(held.length === 0 ? [] : [held.map((text) => paint('yellow', `Held: ${text}`)).join('\n')]),
    ...(failures.length === 0 ? [] : [failures.map((text) => paint('red', `Failed: ${text}`)).join('\n')]),
    summary({ changes, failures, resources, watches }),
  ];
  return `${sections.join('\n\n')}\n`;
}

function changeText(change: FileChange, paint: Paint): string {
  const { destination, before, wanted, link } = change;
  const heading = [
    paint('bold', `--- ${before === undefined ? '/dev/null' : destination}`),
    paint('bold', `+++ ${wanted === undefined ? '/dev/null' : destination}`),
  ];
  const notes = [...(link === undefined ? [] : [`replaces a symbolic link to ${link}`]), ...permissionNotes(before, wanted)];
  return [...heading, ...notes.map((note) => paint('yellow', note)), ...diffLines(before, wanted, paint)].join('\n');
}

function permissionNotes(before: FileState | undefined, wanted: FileState | undefined): readonly string[] {
  if (wanted === undefined) return [];
  const owner = ({ uid, gid }: FileState) => `${uid}:${gid}`;
  if (before === undefined) return [`new file, mode ${octal(wanted.mode)}, owner ${owner(wanted)}`];
  return [
    ...(before.mode === wanted.mode ? [] : [`mode ${octal(before.mode)} -> ${octal(wanted.mode)}`]),
    ...(owner(before) === owner(wanted) ? [] : [`owner ${owner(before)} -> ${owner(wanted)}`]),
  ];
}

const octal = (mode: number) => mode.toString(8).padStart(4, '0');

export function diffLines(
  before: Pick<FileState, 'content'> | undefined,
  wanted: Pick<FileState, 'content'> | undefined,
  paint: Paint,
): readonly string[] {
  const [old, now] = [textOf(before?.content), textOf(wanted?.content)];
  if (old === undefined || now === undefined) return ['the contents are not text'];
  return unifiedDiff(old, now).map((line) => {
    if (line.startsWith('@@')) return paint('cyan', line);
    if (line.startsWith('+')) return paint('green', line);
    return line.startsWith('-') ? paint('red', line) : line;
  });
}

/** undefined for bytes that are no UTF-8, or hold a NUL. */
function textOf(content: Uint8Array = new Uint8Array()): string | undefined {
  if (content.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

function commandText({ stage, command, of }: PlannedCommand): string {
  return `  ${stage.padEnd(6)}  ${command.replaceAll('\n', '\n          ')}  (${of})`;
}

function summary({ changes, failures, resources, watches }: Pick<Plan, 'changes' | 'failures' | 'resources' | 'watches'>): string {
  const files = changes.length === 0 ? 'nothing would change' : `${counted(changes.length, 'file')} would change`;
  const failed = failures.length === 0 ? '' : `, ${failures.length} failed`;
  return `${counted(resources, 'resource')}: ${files}${failed}; ${counted(watches, 'watch', 'watches')} to follow`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
