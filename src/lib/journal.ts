/**
 * A file of lines for small state that changes entry by entry and must survive power loss. A change is one line at the end; changes that
 * come while a write is under way go together in the next one, with one sync for all of them. When the file has grown to twice what it
 * need be, it is written anew from what is there now; also after a failure, since it is not known then what is in it.
 *
 *     3b1f0a2c any text without line breaks
 *
 * The CRC-32 before each line tells a damaged one. A last line without its end was being written when the power failed, and nobody was
 * told that it had been.
 */
import { readFileSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { writeFileAtomically } from './atomic-file.js';
import { isSystemError } from './system-error.js';

export interface JournalLines {
  readonly lines: readonly string[];
  /** Lines that are not what was written. */
  readonly damaged: readonly string[];
}

/** Below this size the file just grows. */
const slackBytes = 1024 * 1024;
const sealLength = 9;

interface Waiting {
  readonly line: string;
  resolve(): void;
  reject(error: unknown): void;
}

export class Journal {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;
  private file: FileHandle | null = null;
  private bytes = 0;
  /** Right after it was written anew. */
  private bytesAtFirst = 0;
  private mustRewrite = true;

  /** @param everything the lines that say what is there now, with all that was appended */
  constructor(
    private readonly path: string,
    private readonly everything: () => Iterable<string>,
  ) {}

  /** To be called once, before anything is appended. A file that is not there has no lines. */
  read(): JournalLines {
    const text = readText(this.path);
    const lines = text.split('\n');
    const torn = lines.pop();
    const read = lines.map((line) => ({ line: line.slice(sealLength), isSound: sealed(line.slice(sealLength)) === `${line}\n` }));
    const damaged = read.filter(({ isSound }) => !isSound).map(({ line }) => line);
    this.mustRewrite = text === '' || torn !== '' || damaged.length > 0;
    this.bytes = Buffer.byteLength(text);
    return { lines: read.filter(({ isSound }) => isSound).map(({ line }) => line), damaged };
  }

  /** Resolves when it survives power loss. Rejects when that is not known; what `everything` says is then written with the next line. */
  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ line, resolve, reject });
      this.writing ??= this.write();
    });
  }

  /** Resolves when nothing is being written and the file is closed; more may be appended later. */
  async settle(): Promise<void> {
    while (this.writing) await this.writing;
    await this.close();
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        if (this.mustRewrite || this.bytes > 2 * this.bytesAtFirst + slackBytes) await this.rewrite();
        else await this.extend(group.map(({ line }) => sealed(line)).join(''));
        for (const { resolve } of group) resolve();
      } catch (error) {
        this.mustRewrite = true;
        for (const { reject } of group) reject(error);
      }
    }
    this.writing = null;
  }

  private async extend(text: string): Promise<void> {
    this.file ??= await open(this.path, 'a', 0o600);
    // Into the page cache, in a few microseconds: a promise for it takes longer. What makes it wait for the disk is the next line.
    writeWhole(this.file.fd, Buffer.from(text));
    await this.file.datasync();
    this.bytes += Buffer.byteLength(text);
  }

  private async rewrite(): Promise<void> {
    const text = Array.from(this.everything(), sealed).join('');
    await this.close();
    await writeFileAtomically(this.path, text, { durable: true });
    this.bytes = Buffer.byteLength(text);
    this.bytesAtFirst = this.bytes;
    this.mustRewrite = false;
  }

  private async close(): Promise<void> {
    const { file } = this;
    this.file = null;
    await file?.close();
  }
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let start = 0; start < bytes.length; ) start += writeSync(fd, bytes, start);
}

function sealed(line: string): string {
  return `${crc32(line)
    .toString(16)
    .padStart(sealLength - 1, '0')} ${line}\n`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return '';
    throw error;
  }
}
