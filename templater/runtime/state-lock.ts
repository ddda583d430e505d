/**
 * One process at a time puts the files of a group in place: mesh-template that follows them, and the command that puts a version back.
 * The lock is a file that says who holds it; one whose holder is gone is taken over.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Clock, sleep } from '../../src/lib/clock.js';
import { isIdentityRunning, processIdentity } from '../../src/lib/running-process.js';
import { isSystemError, systemErrorText } from '../../src/lib/system-error.js';
import { DeployError } from './target.js';

export interface LockOptions {
  readonly pid: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once when somebody else has had it for a second: a turn in a rollout lasts for minutes. */
  readonly onWaiting?: () => void;
}

const lookEveryMs = 50;
const looksInSilence = 20;

/** Waits for its turn. @returns gives it back. @throws DeployError, and the signal's reason when it fires */
export async function holdLock(path: string, { pid, clock, signal, onWaiting }: LockOptions): Promise<() => void> {
  const own = `${path}.${pid}`;
  const holder = processIdentity(pid);
  for (let looks = 1; ; looks++) {
    try {
      writeFileSync(own, holder, { mode: 0o600 });
      try {
        linkSync(own, path);
        return () => rmSync(path, { force: true });
      } finally {
        rmSync(own, { force: true });
      }
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw new DeployError(`lock ${path}: ${systemErrorText(error)}`, { cause: error });
    }
    if (takeAway(path, own)) continue;
    if (looks === looksInSilence) onWaiting?.();
    await sleep(clock, lookEveryMs, signal);
  }
}

/** Removes the lock of a process that is gone. @returns whether it is worth trying again at once */
function takeAway(path: string, own: string): boolean {
  const found = holderOf(path);
  if (found === undefined) return true;
  if (isIdentityRunning(found)) return false;
  // Of several that see it only one renames it; what is then not the one seen is somebody's new lock, and goes back.
  try {
    renameSync(path, own);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return true;
    throw new DeployError(`lock ${path}: ${systemErrorText(error)}`, { cause: error });
  }
  if (holderOf(own) !== found) renameSync(own, path);
  return true;
}

function holderOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw new DeployError(`lock ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
