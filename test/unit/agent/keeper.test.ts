import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Keeper } from '../../../src/agent/keeper.js';
import { decodeKeptCheck, decodeKeptService, encodeCheck, encodeService } from '../../../src/agent/kept-file.js';
import { checkFromBody } from '../../../src/model/decode/check-definition.js';
import { serviceFromBody } from '../../../src/model/decode/service-definition.js';
import { files, nothing, type Options, startLocalAgent } from './harness.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-keeper-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const silent = { log() {}, named: () => silent };
const start = (options: Options = {}) => startLocalAgent({ ...options, settings: { dataDirectory: folder, ...options.settings } });
const journal = () => join(folder, 'registrations');
/** What a start would find. */
async function kept(): Promise<{ services: string[]; checks: number; states: number }> {
  const { services, checks, states } = await new Keeper(folder, silent).load();
  return { services: services.map(({ definition }) => definition.ID), checks: checks.length, states: states.size };
}

describe('what came over HTTP', () => {
  test('is there again after a restart, with the last word of TTL checks', async () => {
    const before = await start();
    await before.service({ Name: 'web', ID: 'w', Port: 5, Tags: ['a'], Meta: { k: 'v' }, Check: { TTL: '120s' } });
    await before.check({ Name: 'alone', TTL: '120s', Notes: 'n' });
    await before.check({ Name: 'short', TTL: '1s' });
    await before.check({ Name: 'h', HTTP: 'http://10.0.0.1/', Interval: '1h', Status: 'passing' });
    await before.agent.updateTtl('service:w', 'passing', 'up');
    await before.agent.updateTtl('alone', 'warning', 'remember me');
    await before.agent.updateTtl('short', 'passing', 'x');
    await before.agent.setServiceMaintenance('w', true, 'why', '');
    const { services, checks } = { services: before.agent.services(), checks: before.agent.checks() };
    await before.agent.stop();
    await before.clock.advance(1000);

    const after = await start({ server: before });
    expect([...after.agent.services()]).toEqual([...services]);
    expect(after.localChecks()).toEqual([
      '_service_maintenance:w critical',
      'alone warning remember me',
      'h critical',
      'service:w passing up',
      'short critical',
    ]);
    const silent = { Status: '', Output: '' };
    for (const [id, record] of after.agent.checks()) expect({ ...record, ...silent }).toEqual({ ...checks.get(id), ...silent });
    await after.clock.advance(1000);
    expect(after.agent.checks().get('short')?.Output).toBe('TTL expired');
  });

  test('is gone for good when deregistered', async () => {
    const before = await start();
    await before.service({ Name: 'web', Check: { TTL: '120s' }, Connect: { SidecarService: {} } });
    await before.check({ Name: 'alone', TTL: '120s' });
    await before.agent.updateTtl('alone', 'passing', '');
    await before.agent.setNodeMaintenance(true, '', '');
    await before.agent.deregisterService('web', '');
    await before.agent.deregisterCheck('alone', '');
    await before.agent.setNodeMaintenance(false, '', '');
    expect(await kept()).toEqual({ services: [], checks: 0, states: 0 });
    expect(readdirSync(join(folder, 'checks', 'state'))).toEqual([]);
  });

  test('comes back with its sidecar on the same port', async () => {
    const before = await start();
    await before.service({ Name: 'other', Port: 21000 });
    await before.service({ Name: 'web', Connect: { SidecarService: {} } });
    await before.agent.stop();
    const after = await start({ server: before });
    expect(after.agent.services().get('web-sidecar-proxy')?.Port).toBe(21001);
    await after.agent.deregisterService('web', '');
    expect([...after.agent.services().keys()]).toEqual(['other']);
  });

  test('loses to a file that defines the same id', async () => {
    const before = await start();
    await before.service({ Name: 'web', Port: 1, Check: { TTL: '60s' } });
    await before.check({ Name: 'c', TTL: '60s', Notes: 'api' });
    await before.agent.stop();
    const after = await start({
      definitions: files({ services: [{ name: 'web', port: 2 }], checks: [{ name: 'c', ttl: '1h', notes: 'file' }] }),
    });
    expect(after.agent.services().get('web')?.Port).toBe(2);
    expect(after.agent.checks().get('c')?.Notes).toBe('file');
    expect((await kept()).services).toEqual([]);
    await after.agent.applyDefinitions(nothing);
    expect(after.agent.services().size).toBe(0);
  });

  test('a reload that brings the id in a file forgets the kept one', async () => {
    const me = await start();
    await me.service({ Name: 'web', Port: 1, Check: { TTL: '60s' } });
    await me.agent.applyDefinitions(files({ services: [{ name: 'web', port: 2, check: { ttl: '1h' } }] }));
    expect(await kept()).toEqual({ services: [], checks: 0, states: 0 });
  });

  test('that is damaged is put aside and said, and the rest comes back', async () => {
    const before = await start();
    await before.service({ Name: 'good' });
    await before.service({ Name: 'bad' });
    await before.agent.stop();
    const future = 'service "x" {"version":2,"service":{"Name":"x"}}';
    const written = `${readFileSync(journal(), 'utf8').replace('"bad"', '"mad"')}${crc32(future).toString(16).padStart(8, '0')} ${future}\n`;
    writeFileSync(journal(), written);
    const after = await start();
    expect([...after.agent.services().keys()]).toEqual(['good']);
    expect(after.lines.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringMatching(/^error A kept registration cannot be read and is left out .*damaged line "service "mad/),
      expect.stringContaining('version 2 of the format, where 1 is known'),
    ]);
    expect(readFileSync(`${journal()}.damaged`, 'utf8')).toBe(written);
    await after.service({ Name: 'new' });
    expect((await kept()).services).toEqual(['good', 'new']);
  });

  test('the last word of a check that is damaged is put aside too', async () => {
    const before = await start();
    await before.check({ Name: 'c', TTL: '1h' });
    await before.agent.updateTtl('c', 'passing', '');
    await before.agent.stop();
    const [name = ''] = readdirSync(join(folder, 'checks', 'state'));
    writeFileSync(join(folder, 'checks', 'state', name), '{"version":1,');
    const after = await start();
    expect(after.localChecks()).toEqual(['c critical']);
    expect(after.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(readdirSync(join(folder, 'checks', 'state'))).toEqual([`${name}.damaged`]);
  });

  test('scripts that are no longer allowed are not run', async () => {
    const before = await start({ settings: { scriptsEverywhere: true } });
    await before.check({ Name: 's', Args: ['true'], Interval: '1h' });
    await before.agent.stop();
    const after = await start();
    expect(after.agent.checks().size).toBe(0);
    expect(after.lines.join('\n')).toContain('error A kept check is not run check=s');
    expect((await kept()).checks).toBe(1);
  });

  test('is readable by the owner alone', async () => {
    const me = await start();
    await me.service({ Name: 'web', Token: 'secret' });
    expect((statSync(journal()).mode & 0o777).toString(8)).toBe('600');
  });

  test('many changes of one id leave the last', async () => {
    const me = await start();
    await Promise.all(Array.from({ length: 20 }, (_, port) => me.service({ Name: 'web', Port: port })));
    await me.agent.stop();
    expect((await start({ server: me })).agent.services().get('web')?.Port).toBe(19);
  });

  test('a directory that cannot be written is told to the client', async () => {
    const me = await start();
    mkdirSync(journal());
    await expect(me.service({ Name: 'web' })).rejects.toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining(`failed to keep the registration in ${journal()}`),
    });
    rmdirSync(journal());
    await me.service({ Name: 'other' });
    expect((await kept()).services).toEqual(['web', 'other']);
    await me.agent.stop();
    rmSync(journal());
    mkdirSync(journal());
    await expect(start()).rejects.toThrow(`failed to read what was kept in ${journal()}: is a directory`);
  });
});

describe('kept files', () => {
  test('say everything that a definition says', () => {
    const service = serviceFromBody({
      Name: 'p',
      Kind: 'connect-proxy',
      Port: 1,
      SocketPath: '',
      TaggedAddresses: { lan: { Address: '10.0.0.1', Port: 2 } },
      Weights: { Passing: 3, Warning: 4 },
      EnableTagOverride: true,
      Proxy: {
        DestinationServiceName: 'x',
        Config: { n: 1.5 },
        Upstreams: [{ DestinationName: 'db', LocalBindPort: 9, MeshGateway: { Mode: 'local' } }],
        Expose: { Checks: true },
      },
    });
    expect(decodeKeptService(encodeService({ definition: service, token: 't', sidecarOf: 's' }))).toEqual({
      definition: service,
      token: 't',
      sidecarOf: 's',
    });
    const check = checkFromBody({
      ID: 'c',
      Name: 'n',
      Args: ['a'],
      Header: { A: ['b'] },
      Interval: '1.5s',
      Timeout: '100us',
      DeregisterCriticalServiceAfter: '90m',
      OutputMaxSize: 7,
      TLSSkipVerify: true,
      SuccessBeforePassing: 3,
      Status: 'warning',
    });
    const kept = { kind: 'check', definition: check, token: '', isInside: true } as const;
    expect(decodeKeptCheck(encodeCheck(kept))).toEqual(kept);
  });
});
