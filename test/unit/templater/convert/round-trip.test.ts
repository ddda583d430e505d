/** What `convert` makes of the recorded scenarios' configurations renders the same files, with the same modes, owners and commands. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseTomlText } from '../../../../src/lib/config-file-toml.js';
import { readConfdDirectory } from '../../../../templater/confd/resource-files.js';
import { parseConsulTemplateFlags } from '../../../../templater/consul-template/flag-config.js';
import { resourceOf } from '../../../../templater/consul-template/resource.js';
import { resolveSettings } from '../../../../templater/consul-template/settings.js';
import { loadTemplate } from '../../../../templater/consul-template/templates.js';
import { confdSettings } from '../../../../templater/convert/confd-settings.js';
import { conversionText } from '../../../../templater/convert/conversion.js';
import { convert } from '../../../../templater/convert/convert-command.js';
import { compile } from '../../../../templater/engine.js';
import { NativeResources, readFiles } from '../../../../templater/native/config.js';
import { renderAll } from '../../../../templater/render-all.js';
import type { Resource } from '../../../../templater/resource.js';
import { TemplateFile } from '../../../../templater/runtime/template-file.js';
import { fixtureSource } from '../../../../templater/test-templates/fixture.js';
import { FakeClock } from '../../../support/fake-clock.js';

interface Scenario {
  readonly name: string;
  readonly tool: 'confd' | 'consul-template';
  readonly kv?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string | { readonly content: string }>>;
}
const recorded: readonly Scenario[] = JSON.parse(readFileSync('test/conformance/template/behaviour.json', 'utf8'));
const isConfd = ({ tool, files = {} }: Scenario) => tool === 'confd' && Object.keys(files).some((name) => name.startsWith('confd/conf.d/'));
const isHcl = ({ tool, files = {} }: Scenario) => tool === 'consul-template' && 'c.hcl' in files;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-convert-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const rules = { prefix: '', owners: { userId: () => 0, groupId: () => 0 }, missing: 'fail', waitTimeoutMs: undefined } as const;

/** undefined when the tool itself would refuse it: those are recordings of refusals. */
function original({ tool }: Scenario): readonly Resource[] | undefined {
  try {
    if (tool === 'confd') {
      const settings = join(directory, 'confd/confd.toml');
      const { prefix } = existsSync(settings) ? confdSettings(parseTomlText(readFileSync(settings, 'utf8'))) : { prefix: undefined };
      const { resources, failures } = readConfdDirectory(join(directory, 'confd'), { ...rules, prefix: prefix ?? '' });
      return failures.length > 0 ? undefined : resources;
    }
    const settings = resolveSettings(parseConsulTemplateFlags(['-config', join(directory, 'c.hcl')]), () => undefined);
    for (const template of settings.templates) loadTemplate(template);
    return settings.templates.map(resourceOf);
  } catch {
    return undefined;
  }
}

function converted({ tool }: Scenario): readonly Resource[] {
  const file = join(directory, 'native.toml');
  writeFileSync(file, conversionText(convert(join(directory, tool === 'confd' ? 'confd' : 'c.hcl')), 'here'));
  const { resources, failures } = new NativeResources().in(readFiles([file]), rules);
  expect(failures).toEqual([]);
  return resources;
}

async function looked(resources: readonly Resource[], kv: Readonly<Record<string, string>>) {
  const nothing = { services: [], files: new Map(), plugins: new Map(), hosts: new Map() };
  const all = await renderAll(resources, {
    source: fixtureSource({ keys: new Map(Object.entries(kv)), ...nothing }),
    templateFileOf: (resource) => new TemplateFile(resource, compile),
    environment: () => undefined,
    clock: new FakeClock(),
    signal: new AbortController().signal,
  });
  return all.map(({ resource, rendered }) => ({
    destination: resource.destination,
    permissions: { ...resource.permissions, unsetOwner: 'kept' },
    makesDirectories: resource.makesDirectories,
    commands: { ...resource.commands, keepFailed: false },
    // What does not render does not in either form.
    outputs: rendered?.outputs.map(({ content }) => Buffer.from(content).toString('utf8')),
  }));
}

describe('a converted configuration', () => {
  let compared = 0;
  test.each(recorded.filter((scenario) => isConfd(scenario) || isHcl(scenario)))('$name', async (scenario) => {
    for (const [name, text] of Object.entries(scenario.files ?? {})) {
      const path = join(directory, name);
      if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(
        path,
        (typeof text === 'string' ? text : text.content).replaceAll('@DIR@', directory).replaceAll('@ADDR@', '127.0.0.1:8500'),
      );
    }
    const before = original(scenario);
    if (before === undefined || new Set(before.map(({ destination }) => destination)).size < before.length) return;
    compared += before.length;
    const usable = before.filter(({ destination }) => destination !== '');
    expect(await looked(converted(scenario), scenario.kv ?? {})).toEqual(
      (await looked(usable, scenario.kv ?? {})).map((one) =>
        // Without a command its time limit says nothing.
        one.commands.reload === ''
          ? { ...one, commands: { ...one.commands, checkTimeoutMs: 30_000, reloadTimeoutMs: 60_000 } }
          : { ...one, commands: { ...one.commands, checkTimeoutMs: 30_000 } },
      ),
    );
  });

  test('most of the recordings can be compared', () => {
    expect(compared).toBeGreaterThan(100);
  });
});
