import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommandError } from '../../../src/lib/command.js';
import { FedProgram } from '../../../src/lib/fed-program.js';
import { FakeClock } from '../../support/fake-clock.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fed-program-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const out = () => readFileSync(join(directory, 'out'), 'utf8');
const told: string[] = [];
const clock = new FakeClock();
const fed = (script: string, queuedMax = 1000) => {
  told.length = 0;
  const droppedLine = (count: number) => `${count} dropped\n`;
  const args = ['sh', '-c', script, join(directory, 'out')];
  return new FedProgram({ args, clock, random: () => 1, queuedMax, droppedLine, onTrouble: (reason) => told.push(reason) });
};

test('every line is read before it ends', async () => {
  const program = fed('exec cat > "$0"');
  for (let n = 0; n < 10; n += 1) program.write(`${n}\n`);
  await program.close(10_000);
  program.write('after the end\n');
  expect(out()).toBe('0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n');
  expect([told, clock.pending]).toEqual([[], 0]);
});

test('what a program that does not read leaves no room for is counted', async () => {
  const program = fed('while [ ! -e "$0.go" ]; do sleep 0.01; done; exec cat > "$0"', 3000);
  const line = `${'x'.repeat(999)}\n`;
  // Far more than the pipe and its buffer hold.
  for (let n = 0; n < 2000; n += 1) program.write(line);
  writeFileSync(join(directory, 'out.go'), '');
  await program.close(10_000);
  const lines = out().trimEnd().split('\n');
  const dropped = Number(/^(\d+) dropped$/.exec(lines.at(-1) ?? '')?.[1]);
  expect(dropped).toBeGreaterThan(0);
  expect(lines.length - 1 + dropped).toBe(2000);
});

test('one that ends is started again, which is said once, with what waited for it', async () => {
  const program = fed('if [ -e "$0.go" ]; then exec cat > "$0"; fi; echo "no: $0.go" >&2; echo more >&2; exit 3');
  await expect.poll(() => told).toEqual([`no: ${directory}/out.go`]);
  program.write('waits\n');
  await clock.advance(500);
  await expect.poll(() => clock.delays).toEqual([1000]);
  writeFileSync(join(directory, 'out.go'), '');
  await clock.advance(1000);
  await clock.advance(200);
  program.write('at once\n');
  await program.close(10_000);
  expect([told.length, out(), clock.pending]).toEqual([1, 'waits\nat once\n', 0]);
});

test('the last lines of one that waits to be started are not lost', async () => {
  const program = fed('if [ -e "$0.go" ]; then exec cat > "$0"; fi; > "$0.go"; exit 3');
  await expect.poll(() => told).toEqual(['exit status 3']);
  program.write('last\n');
  await program.close(10_000);
  expect([out(), clock.pending]).toEqual(['last\n', 0]);
});

test('one that does not end is killed', async () => {
  const program = fed('exec sleep 60');
  const closed = program.close(2000);
  await clock.advance(2000);
  await closed;
  expect(told).toEqual([]);
});

test('a program that is not there is told at once', () => {
  const options = { clock, random: () => 1, queuedMax: 1, droppedLine: String, onTrouble: () => {} };
  expect(() => new FedProgram({ ...options, args: ['/no/such'] })).toThrow(CommandError);
});
