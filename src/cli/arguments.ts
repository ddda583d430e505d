/** Words after the flags, and the ways to give data: as it is, `@file`, or `-` for standard input. */
import { readFileSync } from 'node:fs';
import { systemErrorText } from '../lib/system-error.js';
import { CommandFailure, type Io } from './command.js';

/** More is refused by every agent. */
const dataBytesMax = 512 * 1024 * 1024;

/** @throws CommandFailure `Too many arguments (expected 0, got 1)` */
export function atMost(count: number, words: readonly string[], prefix = ''): void {
  if (words.length > count) throw new CommandFailure(`${prefix}Too many arguments (expected ${count}, got ${words.length})`);
}

/**
 * "text" -> its bytes; "@file" -> the file's; "-" -> what standard input holds.
 * @throws CommandFailure `${prefix}Failed to read file: open x: no such file or directory`
 */
export async function dataFrom(word: string, io: Io, prefix: string): Promise<Buffer> {
  if (word === '-') return io.readStdin(dataBytesMax);
  if (!word.startsWith('@')) return Buffer.from(word, 'utf8');
  const path = word.slice(1);
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CommandFailure(`${prefix}Failed to read file: open ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
