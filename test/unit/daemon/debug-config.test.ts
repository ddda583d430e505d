import { expect, test } from 'vitest';
import { agentFlags, requestOf } from '../../../src/config/flags.js';
import { loadConfig } from '../../../src/config/load.js';
import { reloaded } from '../../../src/config/reload.js';
import { debugConfig } from '../../../src/daemon/debug-config.js';
import { warningsOf } from '../../../src/daemon/limits.js';
import { parseArguments } from '../../../src/lib/argv.js';

const load = (...argv: string[]) => loadConfig(requestOf(parseArguments(agentFlags, ['-dev', ...argv])), { hostName: 'h', interfaces: [] });

test('secrets are hidden whether they are set or not', () => {
  const config = load(
    '-hcl=acl { tokens { default = "sesame" agent = "sesame" } }',
    '-encrypt=pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=',
  );
  const shown = debugConfig(config, 'id');
  expect(shown).toMatchObject({ EncryptKey: 'hidden', ACLTokens: { ACLDefaultToken: 'hidden', ACLReplicationToken: 'hidden' } });
  expect(JSON.stringify(shown)).not.toMatch(/sesame|pUqJ/);
});

test('durations are shown as Go writes them, ports that are off as -1', () => {
  const shown = debugConfig(load('-https-port=0', '-hcl=dns_config { service_ttl { "*" = "90s" } }'), 'id');
  expect(shown).toMatchObject({ CheckUpdateInterval: '5m0s', DNSServiceTTL: { '*': '1m30s' }, HTTPSPort: -1 });
});

test('a reload changes what may be changed and nothing else', () => {
  const before = load('-datacenter=one', '-log-level=warn', '-hcl=dns_config { node_ttl = "5s" }', '-hcl=domain = "first"');
  const after = reloaded(
    before,
    load('-datacenter=two', '-log-level=err', '-hcl=dns_config { node_ttl = "50s" }', '-hcl=domain = "second"'),
  );
  expect([after.datacenter, after.settings.domain]).toEqual(['one', 'first']);
  expect([after.settings.log_level, after.settings['dns_config.node_ttl']]).toEqual(['err', 50_000]);
});

test('keys without effect are told only when they ask for something', () => {
  const config = load('-hcl=telemetry { statsd_address = "x" disable_hostname = false }', '-grpc-port=-1', '-retry-max=3');
  expect(warningsOf(config)).toEqual([
    '"retry_max" is accepted, has no effect in this version',
    '"telemetry.statsd_address" is accepted, has no effect in this version',
  ]);
});
