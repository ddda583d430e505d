import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isProcessRunning, processStart } from '../../../src/lib/running-process.js';

describe('a process told by its number', () => {
  const gone = spawnSync('true').pid;

  test.each([
    { name: 'this one', pid: process.pid, isRunning: true },
    { name: 'one of somebody else, perhaps', pid: 1, isRunning: true },
    { name: 'one that has ended', pid: gone, isRunning: false },
    { name: 'a group of processes', pid: 0, isRunning: false },
    { name: 'no number', pid: Number.NaN, isRunning: false },
  ])('$name', ({ pid, isRunning }) => {
    expect(isProcessRunning(pid)).toBe(isRunning);
  });

  test.skipIf(process.platform !== 'linux')('has a start that tells it from the next one with its number', () => {
    expect(processStart(process.pid)).toMatch(/^\d+$/);
    expect(processStart(process.pid)).toBe(processStart(process.pid));
    expect(processStart(gone)).toBe('');
  });
});
