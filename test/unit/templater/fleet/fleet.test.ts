import { expect, test } from 'vitest';
import type { HealthEntry } from '../../../../src/model/catalog-answers.js';
import type { CheckRecord } from '../../../../src/model/records.js';
import { fleetOf } from '../../../../templater/fleet/fleet.js';
import { instanceName } from '../../../../templater/fleet/instance.js';
import {
  decodeVersion,
  encodeVersion,
  type VersionRecord,
  versionKey,
  versionOf,
  versionsPrefix,
} from '../../../../templater/fleet/versions.js';

const record = (node: string, given: Partial<VersionRecord> = {}): VersionRecord => ({
  Resource: 'nginx',
  Instance: `${node}:app`,
  Node: node,
  Status: 'passing',
  Why: '',
  Hash: 'new',
  Index: 42,
  Time: '2026-01-31T12:00:00.000Z',
  ...given,
});

const check = (given: Partial<CheckRecord>) => ({ Status: 'passing', Output: '', ServiceID: '', ...given }) as CheckRecord;
const entry = (node: string, checks: readonly Partial<CheckRecord>[]) =>
  ({ Node: { Node: node }, Service: { ID: `${node}:app` }, Checks: checks.map(check) }) as unknown as HealthEntry;
const own = (node: string, given: Partial<CheckRecord> = {}) => ({ CheckID: `${node}:app:nginx`, ServiceID: `${node}:app`, ...given });

test('who runs what, which is the newest, and who is gone', () => {
  const records = [
    record('web-1'),
    record('web-2', { Hash: 'old', Index: 41, Status: 'critical', Why: 'Reload failed' }),
    record('web-3', { Status: 'warning', Why: 'waiting' }),
    record('web-4'),
    record('web-5'),
    record('web-6'),
    record('web-7', { Hash: '', Index: 0, Time: '' }),
  ];
  const entries = [
    entry('web-1', [own('web-1')]),
    entry('web-2', [own('web-2', { Status: 'critical', Output: 'Reload failed' })]),
    entry('web-3', [own('web-3', { Status: 'warning' })]),
    entry('web-4', [own('web-4', { Status: 'critical', Output: 'TTL expired (last output before timeout follows)\nok' })]),
    entry('web-5', [{ CheckID: 'serfHealth', Status: 'critical' }, own('web-5')]),
    entry('web-7', [own('web-7')]),
  ];
  const seen = fleetOf(records, entries).map(({ Node, State, Newest, Why }) => ({ Node, State, Newest, Why }));
  expect(seen).toEqual([
    { Node: 'web-1', State: 'ok', Newest: true, Why: '' },
    { Node: 'web-2', State: 'failing', Newest: false, Why: 'Reload failed' },
    { Node: 'web-3', State: 'waiting', Newest: true, Why: 'waiting' },
    { Node: 'web-4', State: 'gone', Newest: true, Why: 'the process says nothing any more' },
    { Node: 'web-5', State: 'gone', Newest: true, Why: 'the check "serfHealth" of its machine is critical' },
    { Node: 'web-6', State: 'gone', Newest: true, Why: 'the process has ended' },
    { Node: 'web-7', State: 'ok', Newest: false, Why: '' },
  ]);
});

test('of the same data, what was put in place last is the newest', () => {
  const records = [record('web-1', { Hash: 'old template' }), record('web-2', { Time: '2026-01-31T12:00:01.000Z' })];
  expect(fleetOf(records, []).map(({ Newest }) => Newest)).toEqual([false, true]);
});

test('keys: one folder per resource', () => {
  expect(versionKey({ Resource: '/etc/nginx.conf', Instance: 'a/b:app' })).toBe('mesh-template/fleet/etc/nginx.conf/a_b:app');
  expect(versionsPrefix('/etc/nginx.conf')).toBe('mesh-template/fleet/etc/nginx.conf/');
  expect(versionsPrefix()).toBe('mesh-template/fleet/');
});

test('a record survives the store; anything else there is passed over', () => {
  const stored = (bytes: Uint8Array) => ({ Value: Buffer.from(bytes).toString('base64') });
  expect(decodeVersion(stored(encodeVersion(record('web-1'))))).toEqual(record('web-1'));
  for (const text of ['', 'null', '{}', '{"Resource":"a","Instance":"b","Status":"odd"}', '[1]'])
    expect(decodeVersion(stored(Buffer.from(text)))).toBeUndefined();
});

test('the hash of several files is that of their contents, wherever they lie', () => {
  const checkOf = { id: 'x', resource: 'nginx', status: 'passing', why: '', output: '' } as const;
  const hashIn = (directory: string) => {
    const Files = ['b', 'a'].map((name) => ({ Destination: `${directory}/${name}`, Sha256: name }));
    return versionOf(checkOf, { Time: '', Index: 1, Files }, { Instance: 'i', Node: 'n' }).Hash;
  };
  expect(hashIn('/etc')).toBe(hashIn('/srv'));
});

test.each([
  { start: { kind: 'files', paths: ['/etc/app.toml'] }, name: 'web-1:app' },
  { start: { kind: 'files', paths: ['/etc/app.toml', '/etc/b.toml'] }, name: 'web-1:app+1' },
  { start: { kind: 'confd', directory: '/etc/confd' }, name: 'web-1:confd' },
  { start: { kind: 'flags', text: '-template a:b' }, name: 'web-1:flags' },
] as const)('a process is called $name', ({ start, name }) => {
  expect(instanceName('web-1', start)).toBe(name);
});
