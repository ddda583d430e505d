import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Io } from '../../../src/cli/command.js';
import { runCommandLine } from '../../../src/cli/run.js';
import { loadConfig, nothingRequested } from '../../../src/config/load.js';
import { ConfigMistake, toldWithPlaces } from '../../../src/config/places.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-places-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const machine = { hostName: 'host', interfaces: [{ name: 'lo', address: '127.0.0.1', family: 'IPv4' as const, internal: true }] };

function mistakeOf(files: Readonly<Record<string, string>>): ConfigMistake {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  try {
    loadConfig({ ...nothingRequested, devMode: true, paths: [directory] }, machine);
  } catch (error) {
    if (error instanceof ConfigMistake) return error;
    throw error;
  }
  throw new Error('no mistake was found');
}

const placesOf = (files: Readonly<Record<string, string>>) => mistakeOf(files).places.map((place) => place.replace(`${directory}/`, ''));

describe('the place of a mistake', () => {
  test.each([
    { name: 'an unknown key of JSON', file: 'a.json', text: '{\n "server": true,\n "bogus": 1\n}', places: ['a.json:3: bogus'] },
    { name: 'an unknown key of HCL', file: 'a.hcl', text: 'server = true\n\n# no\nbogus = 1\n', places: ['a.hcl:4: bogus'] },
    {
      name: 'an unknown key in a section, a list and a map in it',
      file: 'a.json',
      text: '{"services": [\n{"name": "a"},\n{"name": "b", "checks": [\n {"ttl": "1s"},\n {"zzz": 1,\n "ttl": "1s"}]}\n], "ports": {\n"nope": 1}}',
      places: ['a.json:8: ports.nope', 'a.json:5: services[1].checks[1].zzz'],
    },
    {
      name: 'one in a block that is there once, and one of several',
      file: 'a.hcl',
      text: 'service {\n  name = "a"\n  zzz = 1\n}\nports {\n  htp = 1\n}\n',
      places: ['a.hcl:6: ports.htp', 'a.hcl:3: service.zzz'],
    },
    {
      name: 'one in the second of two blocks',
      file: 'a.hcl',
      text: 'services {\n name = "a"\n}\nservices {\n name = "b"\n zzz = <<EOT\ntext\nEOT\n}\n',
      places: ['a.hcl:6: services[1].zzz'],
    },
    {
      name: 'a wrong type',
      file: 'a.json',
      text: '{"datacenter": "dc1",\n"ports":\n{"http":\n"8500"}}',
      places: ['a.json:3: ports.http'],
    },
    {
      name: 'a wrong type in a map',
      file: 'a.hcl',
      text: 'node_meta {\n a = "x"\n b = [1, 2]\n}\n',
      places: ['a.hcl:3: node_meta["b"]'],
    },
    { name: 'a broken rule', file: 'a.hcl', text: 'server = true\ndatacenter = "dc 1"\n', places: ['a.hcl:2: datacenter'] },
    {
      name: 'a broken rule of two keys',
      file: 'a.json',
      text: '{\n"ports": {\n"sidecar_min_port": 9,\n"sidecar_max_port": 8}}',
      places: ['a.json:3: ports.sidecar_min_port', 'a.json:4: ports.sidecar_max_port'],
    },
    { name: 'an old name', file: 'a.json', text: '{\n"ui_content_path": "a b"}', places: ['a.json:2: ui_content_path'] },
    { name: 'a duration', file: 'a.hcl', text: '\ncheck_update_interval = "5x"', places: ['a.hcl:2: check_update_interval'] },
  ])('is told for $name', ({ file, text, places }) => {
    expect(placesOf({ [file]: text })).toEqual(places);
  });

  test('is that of each file that says it', () => {
    expect(placesOf({ 'a.json': '{"datacenter": "dc1"}', 'b.hcl': '\ndatacenter = "a b"' })).toEqual([
      'a.json:1: datacenter',
      'b.hcl:2: datacenter',
    ]);
  });

  test('stands behind the text, which stays as it is', () => {
    const mistake = mistakeOf({ 'a.json': '{"bogus": 1}' });
    expect(mistake.message).toBe(`failed to parse ${directory}/a.json: 1 error occurred:\n\t* invalid config key bogus\n\n`);
    expect(toldWithPlaces(mistake, { isTerminal: true })).toBe(`${mistake.message.trimEnd()}\n    at ${directory}/a.json:1: bogus`);
    expect(toldWithPlaces(mistake, { isTerminal: false })).toBe(mistake.message);
  });
});

describe('mesh validate', () => {
  async function validate(isTerminal: boolean): Promise<string> {
    const file = join(directory, 'c.hcl');
    writeFileSync(file, 'data_dir = "/tmp"\nbind_addr = "127.0.0.1"\ndatacenter = "a b"\n');
    let printed = '';
    const io: Io = {
      out: () => {},
      err: (text) => {
        printed += text;
      },
      readStdin: async () => Buffer.alloc(0),
      isTerminal,
      env: {},
    };
    await runCommandLine(['validate', file], io);
    return printed;
  }

  test('tells the place to people', async () => {
    expect(await validate(true)).toBe(`${await validate(false)}    at ${directory}/c.hcl:3: datacenter\n`);
  });
});
