/** `pid_file`: the process id as long as the agent runs. */
import { rmSync, writeFileSync } from 'node:fs';
import { MeshError } from '../model/errors.js';

/** @returns takes the file away again. @throws MeshError config-invalid when it cannot be written */
export function writePidFile(path: string, pid: number): () => void {
  if (path === '') return () => {};
  try {
    writeFileSync(path, String(pid), { mode: 0o644 });
  } catch (error) {
    throw new MeshError('config-invalid', `Could not open pid file: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return () => rmSync(path, { force: true });
}
