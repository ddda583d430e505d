/** What the tests share that replay test/conformance: starting a runner, and reading the one list of what differs. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What `test/conformance/<runner>` prints; its exit status says no more than its lines do. */
export function runRecordings(runner: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [`test/conformance/${runner}`, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

/** Names in the rows "| `name` | reason |" of a section of DIFFERENCES.md. */
export function differences(heading: string): ReadonlySet<string> {
  const text = readFileSync('test/conformance/DIFFERENCES.md', 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return new Set([...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, name = '']) => name));
}
