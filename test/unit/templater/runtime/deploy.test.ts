import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Logger } from '../../../../src/lib/log.js';
import type { Commands, Permissions } from '../../../../templater/resource.js';
import type { CommandEnd } from '../../../../templater/runtime/command-run.js';
import { GroupDeployer } from '../../../../templater/runtime/deploy.js';
import type { Deployment } from '../../../../templater/runtime/deployment.js';
import { aDeployment, aResource } from '../support.js';

let directory: string;
let lines: string[];
let ran: string[];
let ends: CommandEnd[];
const at = (name: string) => join(directory, name);
const good: CommandEnd = { exitCode: 0, text: 'exit status 0', output: '' };
const bad = (exitCode: number, output = ''): CommandEnd => ({ exitCode, text: `exit status ${exitCode}`, output });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-deploy-'));
  [lines, ran, ends] = [[], [], []];
});
afterEach(() => rmSync(directory, { recursive: true }));

const log: Logger = {
  log: (level, text, fields) => void (level === 'error' && lines.push(`${text} ${JSON.stringify(fields)}`)),
  named: () => log,
};
interface Setting {
  readonly commands?: Partial<Commands>;
  readonly permissions?: Partial<Permissions>;
  readonly deployment?: Partial<Deployment>;
  readonly destination?: string;
}
const deployerOf = ({ commands = {}, permissions = {}, deployment = {}, destination = at('a.conf') }: Setting = {}) => {
  const resource = aResource({ name: 'a.toml', destination, commands, permissions });
  const deployer = new GroupDeployer({
    group: resource.group,
    members: [resource],
    deployment: aDeployment({
      run: async (line) => {
        ran.push(`${line} [${readdirSync(directory).length} files] ${read()}`);
        return ends.shift() ?? good;
      },
      renderCommand: async (command, { src }) => command.replace('{{.src}}', src),
      log,
      random: () => 0.25,
      ...deployment,
    }),
  });
  return {
    deploy: (content: Uint8Array) =>
      deployer.deploy([
        { resource, outputs: [{ destination: resource.destination, content }], refused: [], causes: () => ['start'], index: () => 0 },
      ]),
  };
};
const read = () => {
  try {
    return readFileSync(at('a.conf'), 'utf8').trim();
  } catch {
    return '';
  }
};
const bytes = (text: string) => Buffer.from(text);
const modeOf = (name: string) => statSync(at(name)).mode & 0o7777;

describe('deploying a file', () => {
  test('a new file is written with mode 0644, and nothing is left beside it', async () => {
    expect(await deployerOf().deploy(bytes('one'))).toBe('updated');
    expect([read(), modeOf('a.conf'), readdirSync(directory)]).toEqual(['one', 0o644, ['a.conf']]);
  });

  test('the same contents touch nothing and run nothing', async () => {
    const deployer = deployerOf({ commands: { check: 'check', reload: 'reload' } });
    await deployer.deploy(bytes('one'));
    const before = statSync(at('a.conf'));
    ran = [];
    expect(await deployer.deploy(bytes('one'))).toBe('unchanged');
    const after = statSync(at('a.conf'));
    expect([after.ino, after.mtimeMs, ran]).toEqual([before.ino, before.mtimeMs, []]);
  });

  test('the mode of the file is kept when none is given', async () => {
    writeFileSync(at('a.conf'), 'old');
    chmodSync(at('a.conf'), 0o604);
    await deployerOf().deploy(bytes('new'));
    expect([read(), modeOf('a.conf')]).toEqual(['new', 0o604]);
  });

  test('another mode alone is a change', async () => {
    writeFileSync(at('a.conf'), 'one');
    expect(await deployerOf({ permissions: { mode: 0o600 }, commands: { reload: 'reload' } }).deploy(bytes('one'))).toBe('updated');
    expect([modeOf('a.conf'), ran.length]).toEqual([0o600, 1]);
  });

  test('check sees the staged file before the rename, reload the new one after it', async () => {
    writeFileSync(at('a.conf'), 'old');
    await deployerOf({ commands: { check: 'check {{.src}}', reload: 'reload' } }).deploy(bytes('new'));
    expect(ran[0]).toBe(`check ${at('.a.conf.mesh-4711-2500000000')} [2 files] old`);
    expect(ran[1]).toMatch(/^reload .* new$/);
    expect(readdirSync(directory)).toEqual(['a.conf']);
  });

  test('a failed check keeps the old file, its inode included, and says so in one line', async () => {
    writeFileSync(at('a.conf'), 'old');
    const before = statSync(at('a.conf')).ino;
    ends = [bad(2, 'oops\nerr\n')];
    expect(await deployerOf({ commands: { check: 'check', reload: 'reload' } }).deploy(bytes('new'))).toBe('failed');
    expect([read(), statSync(at('a.conf')).ino, readdirSync(directory)]).toEqual(['old', before, ['a.conf']]);
    expect(lines).toEqual(['Config check failed: exit status 2 {"resource":"a.toml","command":"check","output":"oops\\nerr\\n"}']);
    expect(ran).toHaveLength(1);
  });

  test('a failed reload puts the old file back, as it was, and reloads again', async () => {
    writeFileSync(at('a.conf'), 'old');
    chmodSync(at('a.conf'), 0o604);
    ends = [bad(7, 'no\n')];
    const setting = { commands: { reload: 'reload' }, permissions: { mode: 0o600 } };
    expect(await deployerOf(setting).deploy(bytes('new'))).toBe('failed');
    expect([read(), modeOf('a.conf'), readdirSync(directory)]).toEqual(['old', 0o604, ['a.conf']]);
    expect(ran).toEqual(['reload [1 files] new', 'reload [1 files] old']);
    expect(lines).toEqual([
      'Reload failed: exit status 7; the old file was put back and reloaded {"resource":"a.toml","command":"reload","output":"no\\n"}',
    ]);
  });

  test('when the old file cannot be reloaded either, the line says so', async () => {
    writeFileSync(at('a.conf'), 'old');
    ends = [bad(7), bad(8)];
    await deployerOf({ commands: { reload: 'reload' } }).deploy(bytes('new'));
    expect(lines[0]).toContain('the old file was put back, but the reload failed too: exit status 8');
  });

  test('keep_failed leaves the new file', async () => {
    writeFileSync(at('a.conf'), 'old');
    ends = [bad(7)];
    expect(await deployerOf({ commands: { reload: 'reload', keepFailed: true } }).deploy(bytes('new'))).toBe('failed');
    expect([read(), ran.length]).toEqual(['new', 1]);
  });

  test('without a file before, the new one stays', async () => {
    ends = [bad(7)];
    const deployer = deployerOf({ commands: { reload: 'reload' } });
    expect(await deployer.deploy(bytes('new'))).toBe('failed');
    expect([read(), ran.length]).toEqual(['new', 1]);
    expect(await deployer.deploy(bytes('new'))).toBe('unchanged');
  });

  test('a file whose own reload failed is not gone back to', async () => {
    const deployer = deployerOf({ commands: { reload: 'reload' } });
    ends = [bad(1), bad(1)];
    await deployer.deploy(bytes('one'));
    await deployer.deploy(bytes('two'));
    expect([read(), ran.length]).toEqual(['two', 2]);
    ends = [good, bad(1)];
    await deployer.deploy(bytes('three'));
    await deployer.deploy(bytes('four'));
    expect(read()).toBe('three');
  });

  test('a symbolic link is replaced, and comes back when the reload fails', async () => {
    writeFileSync(at('real'), 'real');
    symlinkSync(at('real'), at('a.conf'));
    ends = [bad(1)];
    const deployer = deployerOf({ commands: { reload: 'reload' } });
    await deployer.deploy(bytes('new'));
    expect(readlinkSync(at('a.conf'))).toBe(at('real'));
    await deployer.deploy(bytes('new'));
    expect([read(), readFileSync(at('real'), 'utf8')]).toEqual(['new', 'real']);
    expect(statSync(at('a.conf')).isFile()).toBe(true);
  });

  test.each([
    { name: 'a missing directory', destination: 'none/a.conf', error: /^open .*none\/\.a\.conf\.mesh-\d+-\d+: no such file or directory/ },
    { name: 'a directory in its place', destination: 'dir', error: /dir is a directory/ },
  ])('$name is an error', async ({ destination, error }) => {
    mkdirSync(at('dir'));
    expect(await deployerOf({ destination: at(destination) }).deploy(bytes('x'))).toBe('failed');
    expect(lines[0]).toMatch(error);
    expect(readdirSync(directory)).toEqual(['dir']);
  });

  test('-noop touches nothing; with -keep-stage-file it leaves the staged file', async () => {
    const commands = { check: 'check', reload: 'reload' };
    expect(await deployerOf({ commands, deployment: { noop: true } }).deploy(bytes('x'))).toBe('withheld');
    expect([readdirSync(directory), ran]).toEqual([[], []]);
    await deployerOf({ commands, deployment: { noop: true, keepStageFile: true } }).deploy(bytes('x'));
    expect(readdirSync(directory)).toEqual(['.a.conf2500000000']);
  });

  test('-sync-only runs nothing', async () => {
    await deployerOf({ commands: { check: 'check', reload: 'reload' }, deployment: { syncOnly: true } }).deploy(bytes('x'));
    expect([read(), ran]).toEqual(['x', []]);
  });

  test.skipIf(process.getuid?.() !== 0)('an owner that is not given is kept, or becomes ours', async () => {
    const { chownSync } = await import('node:fs');
    for (const [unsetOwner, uid] of [
      ['kept', 65534],
      ['own', 0],
    ] as const) {
      writeFileSync(at('a.conf'), `old ${unsetOwner}`);
      chownSync(at('a.conf'), 65534, 65534);
      await deployerOf({ permissions: { unsetOwner } }).deploy(bytes('new'));
      expect([statSync(at('a.conf')).uid, statSync(at('a.conf')).gid]).toEqual([uid, uid]);
    }
  });
});
