/** Our process id in a file, for supervisors that want one. */
import { rmSync, writeFileSync } from 'node:fs';
import { systemErrorText } from '../src/lib/system-error.js';

/** @returns takes it away again; a text tells why it cannot be written. '' is no file */
export function writePidFile(path: string, pid: number): (() => void) | string {
  if (path === '') return () => {};
  try {
    writeFileSync(path, String(pid), { mode: 0o644 });
    return () => rmSync(path, { force: true });
  } catch (error) {
    return `could not write pid file ${path}: ${systemErrorText(error)}`;
  }
}
