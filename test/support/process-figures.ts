/** What the kernel says of a process that runs (Linux, proc(5)). */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A zombie has ended; only its parent has not looked yet. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

interface Running {
  readonly child: Pick<ChildProcess, 'pid'>;
}

/** Files, sockets and timers that it holds open. */
export const openDescriptors = ({ child }: Running) => readdirSync(`/proc/${child.pid}/fd`).length;

export const residentBytes = ({ child }: Running) => Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1]) * 4096;

/** Milliseconds of CPU so far, of the process itself. */
export function cpuMs({ child }: Running): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
