/** Whether a process is still there, told by its number. Numbers are used again: `processStart` tells one from the next. */
import { readFileSync } from 'node:fs';

export function isProcessRunning(pid: number): boolean {
  // kill(2): 0 and less are groups of processes.
  if (!(pid > 0)) return false;
  try {
    // Signal 0 is never sent; EPERM is a process of somebody else.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When it was started, in the system's own count; '' where that cannot be learnt (proc(5), `stat`, field 22). */
export function processStart(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses, with anything in it.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Tells a process from all others of this machine, also of the past; to be written down. */
export function processIdentity(pid: number): string {
  return `${pid} ${processStart(pid)}`;
}

export function isIdentityRunning(identity: string): boolean {
  const [pid = ''] = identity.split(' ');
  return isProcessRunning(Number(pid)) && processIdentity(Number(pid)) === identity;
}
