import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.js';
import { processStart } from '../../../../src/lib/running-process.js';
import { ownGroup } from '../../../../templater/resource.js';
import { GroupDeployer } from '../../../../templater/runtime/deploy.js';
import { GroupState, versionHash } from '../../../../templater/runtime/group-state.js';
import { Leftovers } from '../../../../templater/runtime/staged-name.js';
import { holdLock } from '../../../../templater/runtime/state-lock.js';
import { aDeployment, aResource } from '../support.js';
import { FakeLog } from './fakes.js';

let directory: string;
const at = (name: string) => join(directory, name);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-state-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('what is kept about a group', () => {
  const group = { ...ownGroup('conf.d/web.toml', '/etc/conf.d/web.toml'), keepVersions: 2 };
  const state = () => new GroupState(directory, group);
  const file = (content: string) => ({
    resource: 'web',
    destination: at('web'),
    mode: 0o640,
    uid: 0,
    gid: 0,
    content: Buffer.from(content),
  });

  test('lies in a directory of its own that only its owner can read', async () => {
    expect(readdirSync(directory)).toEqual([]);
    await state().keepVersion([file('1')], { keep: 2, time: 'now' });
    expect(state().directory).toMatch(/groups\/web_toml-[0-9a-f]{16}$/);
    expect([modeOf(at('groups')), modeOf(state().directory), modeOf(join(state().directory, 'versions/1.json'))]).toEqual([
      '700',
      '700',
      '600',
    ]);
    expect(new GroupState(directory, { ...group, stateKey: '/home/conf.d/web.toml' }).directory).not.toBe(state().directory);
  });

  test('the last versions are kept, equal ones once, the pinned one always', async () => {
    const keep = (content: string) => state().keepVersion([file(content)], { keep: 2, time: 'now' });
    for (const content of ['1', '2', '2']) await keep(content);
    expect(state().versionNumbers()).toEqual([1, 2]);
    await state().writePin({ version: 1, since: 'now' });
    for (const content of ['3', '4']) await keep(content);
    expect(state().versionNumbers()).toEqual([1, 3, 4]);
    expect(state().version(3)).toEqual({ version: 3, time: 'now', sha256: versionHash([file('3')]), files: [file('3')] });
    await state().writePin(undefined);
    await keep('5');
    expect([state().versionNumbers(), state().pin(), state().version(9)]).toEqual([[4, 5], undefined, undefined]);
  });

  test('what cannot be read, or written, is told with the way out', async () => {
    state().make();
    writeFileSync(join(state().directory, 'pin.json'), 'no JSON');
    expect(() => state().pin()).toThrow('pin.json holds no JSON; remove it to begin anew');
    writeFileSync(at('file'), '');
    await expect(new GroupState(at('file'), group).writePin({ version: 1, since: '' })).rejects.toThrow(
      '-state-dir names another directory',
    );
  });

  test('a group whose state cannot be kept puts nothing in place, and says why', async () => {
    writeFileSync(at('file'), '');
    const log = new FakeLog();
    const resource = aResource({ name: 'web', destination: at('web'), group });
    const deployer = new GroupDeployer({ group, members: [resource], deployment: aDeployment({ stateDirectory: at('file'), log }) });
    const outputs = [{ destination: at('web'), content: Buffer.from('1') }];
    expect(await deployer.deploy([{ resource, outputs, refused: [], causes: () => [], index: () => 0 }])).toBe('failed');
    expect(log.lines.at(-1)).toMatch(/^error .*not a directory; -state-dir names another directory for it/);
    expect(readdirSync(directory)).toEqual(['file']);
  });

  test('the file that was there first is the first version', async () => {
    writeFileSync(at('web'), 'by hand');
    const resource = aResource({ name: 'web', destination: at('web'), group });
    const deployer = new GroupDeployer({ group, members: [resource], deployment: aDeployment({ stateDirectory: directory }) });
    const outputs = [{ destination: at('web'), content: Buffer.from('1') }];
    expect(await deployer.deploy([{ resource, outputs, refused: [], causes: () => [], index: () => 0 }])).toBe('updated');
    expect(
      state()
        .versionNumbers()
        .map((number) => String(state().version(number)?.files[0]?.content)),
    ).toEqual(['by hand', '1']);
  });

  describe('pinned and resumed by another process before anybody looked', () => {
    const resource = aResource({ name: 'web', group, commands: { check: 'check' } });
    /** What rollback and resume do to the disk. */
    const pinAndResume = async () => {
      await state().writePin({ version: 1, since: 'now' });
      writeFileSync(at('web'), 'old');
      await state().writePin(undefined);
    };
    const opened = (run = async () => ({ exitCode: 0, text: '', output: '' })) => {
      const member = { ...resource, destination: at('web') };
      const log = new FakeLog();
      const deployer = new GroupDeployer({ group, members: [member], deployment: aDeployment({ stateDirectory: directory, log, run }) });
      const deploy = (content: string) =>
        deployer.deploy([
          {
            resource: member,
            outputs: [{ destination: at('web'), content: Buffer.from(content) }],
            refused: [],
            causes: () => [],
            index: () => 0,
          },
        ]);
      return { deployer, deploy, log };
    };

    test('the newest is due again', async () => {
      const { deployer, deploy, log } = opened();
      await deploy('new');
      expect(await deployer.pinChanged()).toBe(false);
      await pinAndResume();
      expect(await deployer.pinChanged()).toBe(true);
      expect(await deployer.deploy([])).toBe('updated');
      expect([readFileSync(at('web'), 'utf8'), log.lines.at(-1)]).toEqual(['new', expect.stringContaining('has been updated')]);
      expect(await deployer.pinChanged()).toBe(false);
    });

    test('in the middle of a change, it is compared again', async () => {
      let checks = 0;
      const { deploy } = opened(async () => {
        checks += 1;
        if (checks === 2) await pinAndResume();
        return { exitCode: 0, text: '', output: '' };
      });
      await deploy('1');
      expect(await deploy('2')).toBe('updated');
      expect([readFileSync(at('web'), 'utf8'), checks]).toEqual(['2', 3]);
    });
  });
});

describe('the lock of a group', () => {
  const hold = (signal = new AbortController().signal) => holdLock(at('lock'), { pid: process.pid, clock: systemClock, signal });

  test('one holds it at a time', async () => {
    const release = await hold();
    const order: string[] = [];
    const second = hold().then((releaseSecond) => {
      order.push('second');
      releaseSecond();
    });
    order.push('first');
    release();
    await second;
    expect([order, readdirSync(directory)]).toEqual([['first', 'second'], []]);
  });

  test.each([
    { name: 'a process that is gone', holder: '4194304 1' },
    { name: 'an earlier process with the number of another one', holder: `${process.pid} ${Number(processStart(process.pid) || 1) - 1}` },
    { name: 'nobody knows whom', holder: '' },
  ])('that of $name is taken over', async ({ holder }) => {
    writeFileSync(at('lock'), holder);
    (await hold())();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('waiting ends with the signal', async () => {
    const release = await hold();
    const ending = new AbortController();
    const waiting = hold(ending.signal);
    ending.abort(new Error('the end'));
    await expect(waiting).rejects.toThrow('the end');
    release();
  });

  test('many that want it get it one after the other', async () => {
    let holders = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const release = await hold();
        most = Math.max(most, ++holders);
        await new Promise((resolve) => setImmediate(resolve));
        holders -= 1;
        release();
      }),
    );
    expect(most).toBe(1);
  });
});

describe('what a killed process had staged', () => {
  test('is removed once, when it is ours and nobody has it any more', () => {
    const names = {
      gone: '.a.conf.mesh-100-0123456789',
      ours: '.a.conf.mesh-300-0123456789',
      ofOthers: '.b.conf.mesh-100-0123456789',
      running: '.a.conf.mesh-200-0123456789',
      confds: '.a.conf0123456789',
      byHand: 'a.conf.mesh-100-0123456789',
      longer: '.a.conf.mesh-100-01234567890',
    };
    mkdirSync(at('out'));
    for (const name of Object.values(names)) writeFileSync(at(`out/${name}`), name);
    const leftovers = new Leftovers({ pid: 300, isRunning: (pid) => pid === 200 || pid === 300 });
    expect(leftovers.removeBeside(at('out/a.conf')).length).toBe(3);
    expect(readdirSync(at('out')).sort()).toEqual([names.running, names.confds, names.byHand, names.longer].sort());
    writeFileSync(at(`out/${names.gone}`), '');
    expect(leftovers.removeBeside(at('out/a.conf'))).toEqual([]);
    expect(readFileSync(at(`out/${names.gone}`), 'utf8')).toBe('');
  });
});
