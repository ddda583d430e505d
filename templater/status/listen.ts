/** Servers that listen for as long as the run lasts. What cannot listen is said once, and keeps nobody from rendering. */
import { rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { makeDirectories } from '../../src/lib/make-directories.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { ListenAddress } from './settings.js';
import { socketPathBytesMax } from './socket.js';

const freshMs = 60_000;

export interface Listening {
  /** '' when it listens, else why not. */
  readonly fault: string;
  /** Resolves when nothing is left of it. */
  stop(): Promise<void>;
}

export async function listenOn(server: Server, { host, port }: ListenAddress): Promise<Listening> {
  const fault = await begin(server, () => server.listen(port, host));
  return { fault, stop: () => end(server) };
}

/** A socket left behind by a process that died is taken over; one that is in use is not. */
export async function listenAt(server: Server, path: string): Promise<Listening> {
  const fault = await prepare(path);
  if (fault !== '') return { fault, stop: async () => {} };
  const failed = await begin(server, () => listenForOwner(server, path));
  return { fault: failed, stop: () => end(server) };
}

/** The socket is made in the call: there is no moment in which others may open it. */
function listenForOwner(server: Server, path: string): void {
  const before = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
}

/** What processes left behind that were killed. One that listens a moment after it was made is left alone. */
export async function removeDeadSockets(paths: readonly string[], nowMs: number): Promise<void> {
  for (const path of paths) {
    try {
      const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
      if (nowMs - madeAt > freshMs && !(await isAnswered(path))) rmSync(path, { force: true });
    } catch {
      // Somebody else's: it is in nobody's way.
    }
  }
}

async function prepare(path: string): Promise<string> {
  if (Buffer.byteLength(path) > socketPathBytesMax) return `${path} is longer than the ${socketPathBytesMax} bytes of a socket's name`;
  try {
    makeDirectories(dirname(path), 0o700);
    if (await isAnswered(path)) return `another mesh-template with the same configuration listens at ${path}`;
    rmSync(path, { force: true });
    return '';
  } catch (error) {
    return systemErrorText(error);
  }
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}

function begin(server: Server, listen: () => void): Promise<string> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(systemErrorText(error)));
    server.once('listening', () => resolve(''));
    listen();
    // The run decides when it is over.
    server.unref();
  });
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
