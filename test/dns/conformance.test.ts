/**
 * Every recorded case of test/conformance/dns against real agents, one for each profile. Cases named in the table "DNS" of
 * test/conformance/DIFFERENCES.md must fail, all others must pass: the table is the one list of what differs, and it cannot go stale.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { differences, runRecordings } from '../support/recordings.js';

const folder = 'test/conformance/dns';
const timeoutMs = 240_000;
const others = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'agent.json')));
const profiles = ['default', ...others];
const different = differences('DNS');

describe.concurrent('the recorded DNS interface', () => {
  test.each(profiles.map((profile, i) => ({ profile, portBase: 24_000 + 20 * i })))(
    'profile $profile',
    async ({ profile, portBase }) => {
      const output = await runRecordings('run-dns.mjs', [
        '--bin',
        'bin/mesh',
        '--profile',
        profile,
        '--port-base',
        `${portBase}`,
        '--verbose',
        // Cases that say nothing else: what is wrong may be so for a moment, which is long on a busy machine.
        '--retry',
        '4000',
      ]);
      const names = (word: string) =>
        [...output.matchAll(new RegExp(`^${word} +(\\S+/)\\S+ (\\S+)$`, 'gm'))].map(([, where, name]) => `${where}${name}`);
      expect([...names('ok'), ...names('FAIL')].sort(), output).toEqual([...casesOf(profile)].sort());
      expect(
        names('FAIL').filter((name) => !different.has(name)),
        output,
      ).toEqual([]);
      expect(
        names('ok').filter((name) => different.has(name)),
        'these pass now: take them out of DIFFERENCES.md',
      ).toEqual([]);
    },
    timeoutMs,
  );

  test('has a recording for every difference that is listed', () => {
    const known = new Set(profiles.flatMap(casesOf));
    expect([...different].filter((name) => !known.has(name))).toEqual([]);
  });
});

/** "ttl/ttl-node" */
function casesOf(profile: string): string[] {
  const path = profile === 'default' ? folder : join(folder, profile);
  const files = readdirSync(path).filter((file) => file.endsWith('.json') && !['agent.json', 'peer.json', 'recursor.json'].includes(file));
  return files.flatMap((file) => {
    const { cases } = JSON.parse(readFileSync(join(path, file), 'utf8')) as { cases: { name: string }[] };
    return cases.map(({ name }) => `${profile}/${name}`);
  });
}
