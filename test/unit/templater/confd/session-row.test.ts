import { describe, expect, test } from 'vitest';
import { runInRow, type Session } from '../../../../templater/confd/session-row.js';
import { resolveSettings } from '../../../../templater/confd/settings.js';
import { parseConfdFlags } from '../../../../templater/confd/settings-layers.js';

const settingsWith = (prefix: string) =>
  resolveSettings(parseConfdFlags([`-prefix=${prefix}`]), {
    environment: () => undefined,
    readText: () => undefined,
    parseToml: async () => ({}),
    serviceAddresses: async () => [],
  });

/** A process whose sessions last until they are ended. */
async function startProcess(first: string) {
  const process = new AbortController();
  const hangUps: (() => void)[] = [];
  const sessions: string[] = [];
  const read: string[] = [];
  let found: string | undefined = first;
  const ended = runInRow(await settingsWith(first), {
    ending: process.signal,
    onReload: (task) => hangUps.push(task),
    readAgain: async () => (found === undefined ? undefined : settingsWith(found)),
    run: ({ prefix }, { ending, onReload }: Session) => {
      sessions.push(prefix);
      onReload(() => read.push(prefix));
      return new Promise((resolve) => ending.addEventListener('abort', () => resolve(sessions.length)));
    },
  });
  const hangUp = async (prefix: string | undefined) => {
    found = prefix;
    for (const task of hangUps) task();
    await expect.poll(() => sessions.length + read.length).toBe(++steps);
  };
  let steps = 1;
  return { process, hangUps, sessions, read, ended, hangUp };
}

describe('a row of sessions', () => {
  test('other settings begin a session anew; the same, and bad ones, let it read its files again', async () => {
    const { process, hangUps, sessions, read, ended, hangUp } = await startProcess('/a');
    for (const prefix of ['/a', '/b', undefined, '/b', '/c']) await hangUp(prefix);
    expect(sessions).toEqual(['/a', '/b', '/c']);
    expect(read).toEqual(['/a', '/b', '/b']);
    expect(hangUps).toHaveLength(1);
    process.abort();
    expect(await ended).toBe(3);
  });
});
