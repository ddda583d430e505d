/**
 * A process with confd's directory is a row of sessions: on SIGHUP `confd.toml` is read again, and when a setting has changed the session
 * ends as on SIGTERM and the next one begins. When none has, the session goes on, and reads its resources and templates again.
 */
import { setMaxListeners } from 'node:events';
import type { Settings } from './settings.js';

export interface SessionRow {
  /** Of the process. */
  readonly ending: AbortSignal;
  /** SIGHUP. It is listened for from the first session on that reads again: it ends a one-time run, as it ends any other program. */
  readonly onReload: (task: () => void) => void;
  /** undefined when the files cannot be used; that has been said then. */
  readonly readAgain: () => Promise<Settings | undefined>;
  /** @returns the exit status */
  readonly run: (settings: Settings, session: Session) => Promise<number>;
}

export interface Session {
  readonly ending: AbortSignal;
  readonly onReload: (read: () => void) => void;
}

/** @returns the exit status of the last session */
export async function runInRow(first: Settings, row: SessionRow): Promise<number> {
  let onReload: (() => void) | undefined;
  const setReload = (task: () => void) => {
    if (onReload === undefined) row.onReload(() => onReload?.());
    onReload = task;
  };
  let settings = first;
  for (;;) {
    const { exitStatus, next } = await runSession(settings, { ...row, onReload: setReload });
    if (next === undefined) return exitStatus;
    settings = next;
  }
}

async function runSession(
  settings: Settings,
  row: SessionRow,
): Promise<{ readonly exitStatus: number; readonly next: Settings | undefined }> {
  let next: Settings | undefined;
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const end = () => ending.abort();
  row.ending.addEventListener('abort', end, { once: true });
  if (row.ending.aborted) end();
  const readAgain = async (readResources: () => void) => {
    const found = await row.readAgain();
    if (found === undefined || JSON.stringify(found) === JSON.stringify(settings)) return readResources();
    next = found;
    end();
  };
  const exitStatus = await row.run(settings, {
    ending: ending.signal,
    onReload: (readResources) => row.onReload(() => void readAgain(readResources)),
  });
  row.ending.removeEventListener('abort', end);
  return { exitStatus, next: row.ending.aborted ? undefined : next };
}
