import { describe, expect, test } from 'vitest';
import { decodeResource } from '../../../../templater/confd/resource.js';
import { ownGroup } from '../../../../templater/resource.js';
import { ResourceError } from '../../../../templater/resource-set.js';

const owners = {
  userId: (name: string) => (name === 'www' ? 33 : undefined),
  groupId: (name: string) => (name === 'www' ? 34 : undefined),
};
const context = {
  file: '/c/conf.d/a.toml',
  templateDirectory: '/c/templates',
  prefix: '',
  owners,
  missing: 'wait',
  waitTimeoutMs: 5000,
} as const;
const decode = (fields: string, more: Partial<Parameters<typeof decodeResource>[1]> = {}) =>
  decodeResource(`[template]\nsrc = "a.tmpl"\ndest = "/d/a.conf"\n${fields}`, { ...context, ...more });

describe('a resource file', () => {
  test('becomes a resource with everything resolved', () => {
    const { resource, warnings } = decode(
      'keys = ["/app", "other/x/"]\nmode = "0640"\nuid = 5\ngroup = "www"\ncheck_cmd = "check {{.src}}"\nreload_cmd = "reload"\nkeep_failed = true\nreload_cmd_timeout = "90s"\n',
    );
    expect(warnings).toEqual([]);
    expect(resource).toEqual({
      name: '/c/conf.d/a.toml',
      source: '/c/templates/a.tmpl',
      contents: undefined,
      delimiters: undefined,
      makesDirectories: false,
      syntax: 'go',
      dialect: 'both',
      templateDirectory: '/c/templates',
      destination: '/d/a.conf',
      keyPrefixes: ['app', 'other/x'],
      cutPrefix: '/',
      permissions: { mode: 0o640, uid: 5, gid: 34, unsetOwner: 'own' },
      commands: { check: 'check {{.src}}', reload: 'reload', checkTimeoutMs: 30_000, reloadTimeoutMs: 90_000, keepFailed: true },
      group: ownGroup('/c/conf.d/a.toml', '/c/conf.d/a.toml'),
      forEach: undefined,
      missing: 'wait',
      waitTimeoutMs: 5000,
      allowEmpty: false,
    });
  });

  test.each([
    { name: 'no prefix and the root fetch the whole store', fields: 'keys = ["/"]', prefixes: [''], cut: '/' },
    { name: 'the prefix goes before the keys', fields: 'prefix = "/app"\nkeys = ["/", "/up"]', prefixes: ['app', 'app/up'], cut: '/app' },
    { name: 'a prefix may lack its slash', fields: 'prefix = "app"\nkeys = ["x"]', prefixes: ['app/x'], cut: '/app' },
    { name: 'a prefix may end with a slash', fields: 'prefix = "/app/"\nkeys = ["/x"]', prefixes: ['app/x'], cut: '/app/' },
    { name: 'keys outside ASCII are bytes', fields: 'keys = ["/ü"]', prefixes: ['\u00c3\u00bc'], cut: '/' },
  ])('$name', ({ fields, prefixes, cut }) => {
    expect(decode(fields).resource).toMatchObject({ keyPrefixes: prefixes, cutPrefix: cut });
  });

  test('keys of later releases are taken in our words', () => {
    const { resource, warnings } = decode(
      'debounce = "2s"\nmin_reload_interval = "30s"\noutput_format = "json"\nreload_cmd = "cp {{ .dest }} x; docker ps --format {{.ID}} {{.src}}"',
    );
    expect(resource.group).toMatchObject({ settle: { minMs: 2000, maxMs: 8000 }, maxRate: { count: 1, perMs: 30_000 } });
    expect(resource.commands.reload).toBe('cp /d/a.conf x; docker ps --format {{.ID}} /d/a.conf');
    expect(warnings).toEqual([
      '/c/conf.d/a.toml: line 6: "output_format" is not looked at; a check_cmd does that, such as "jq empty {{.src}}"',
    ]);
  });

  test.each([
    { fields: 'debounce = 2', error: 'line 4: "debounce" must be a string such as "30s"' },
    {
      fields: 'min_reload_interval = "soon"',
      error: 'line 4: "min_reload_interval" cannot be "soon": time: invalid duration "soon"; times are such as "90s" or "5m"',
    },
    { fields: '[backend]\nbackend = "vault"', error: 'line 4: a source of its own is for files of ours: [source.NAME]' },
  ])('and are refused when they cannot be: $fields', ({ fields, error }) => {
    expect(() => decode(fields)).toThrow(error);
  });

  test('keys are taken in any case, as confd does', () => {
    const decodeText = (text: string) => decodeResource(text, context);
    const { resource, warnings } = decodeText('[Template]\nSrc = "a.tmpl"\nDEST = "/d/a"\nKeys = ["/x"]\nDebounce = "2s"\nSource_ = 1');
    expect(resource).toMatchObject({ source: '/c/templates/a.tmpl', destination: '/d/a', keyPrefixes: ['x'] });
    expect(resource.group.settle).toMatchObject({ minMs: 2000 });
    expect(warnings).toEqual(['/c/conf.d/a.toml: line 6: unknown key "Source_", did you mean "source"?; it is ignored']);
    expect(() => decodeText('[TEMPLATE]\nsrc = "a.tmpl"\nDest = 3')).toThrow('line 3: "dest" must be a string, not a number');
    expect(decodeText('[template]\nsrc = "a.tmpl"\ndest = "/d/a"\nDest = "/d/b"').resource.destination).toBe('/d/a');
  });

  test('the prefix of the command line replaces its own', () => {
    expect(decode('prefix = "/app"\nkeys = ["/x"]', { prefix: 'nginx' }).resource).toMatchObject({
      keyPrefixes: ['nginx/x'],
      cutPrefix: '/nginx',
    });
  });

  test('the extension chooses the syntax', () => {
    const decoded = decodeResource('[template]\nsrc = "sub/a.conf.hbs"\ndest = "/d"', context);
    expect(decoded.resource).toMatchObject({ syntax: 'handlebars', source: '/c/templates/sub/a.conf.hbs' });
  });

  test.each([
    { name: 'octal', text: '0600', mode: 0o600 },
    { name: 'decimal', text: '420', mode: 0o644 },
    { name: 'with a 0o', text: '0o755', mode: 0o755 },
    { name: 'empty', text: '', mode: undefined },
  ])('a mode may be $name', ({ text, mode }) => {
    expect(decode(`mode = "${text}"`).resource.permissions.mode).toBe(mode);
  });

  test.each([
    { name: 'bad TOML', text: '[template\nsrc=', error: /Cannot process template resource \/c\/conf\.d\/a\.toml - .*\(line 1/ },
    { name: 'no table', text: 'x = 1', error: /there is no \[template\] table/ },
    { name: 'an empty src', text: '[template]\nsrc = ""\ndest = "/d"', error: /line 2: empty src template/ },
    { name: 'no dest', text: '[template]\nsrc = "a"', error: /empty dest/ },
    {
      name: 'a wrong type',
      text: '[template]\nsrc = "a"\ndest = "/d"\n\nkeys = "/"',
      error: /line 5: "keys" must be a list of strings, not a string/,
    },
    {
      name: 'a mode that is none',
      text: '[template]\nsrc = "a"\ndest = "/d"\nmode = "rw"',
      error: /line 4: strconv\.ParseUint: parsing "rw": invalid syntax/,
    },
    {
      name: 'an unknown user',
      text: '[template]\nsrc = "a"\ndest = "/d"\nowner = "nobodyhere"',
      error: /line 4: there is no user "nobodyhere"/,
    },
    { name: 'a time limit of 0', text: '[template]\nsrc = "a"\ndest = "/d"\ncheck_cmd_timeout = "0s"', error: /must be more than 0/ },
  ])('$name is an error that names the place', ({ text, error }) => {
    expect(() => decodeResource(text, context)).toThrow(ResourceError);
    expect(() => decodeResource(text, context)).toThrow(error);
  });

  test('an unknown key is a warning', () => {
    expect(decode('relaod_cmd = "x"').warnings).toEqual([
      '/c/conf.d/a.toml: line 4: unknown key "relaod_cmd", did you mean "reload_cmd"?; it is ignored',
    ]);
    expect(decode('[other]\nx = 1').warnings[0]).toMatch(/line 4: unknown key "other"/);
  });
});
