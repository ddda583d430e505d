import { describe, expect, test } from 'vitest';
import { MeshError } from '../../../src/model/errors.js';
import { settle } from '../../support/fake-clock.js';
import { files, ownNode, startLocalAgent } from './harness.js';

const refusal = (message: string, code = 'refused') => expect.objectContaining({ code, message });

describe('registering', () => {
  test('a service brings it and its checks to the catalog before the answer', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web', ID: 'web-1', Port: 80, Tags: ['a'], Check: { TTL: '30s', Status: 'passing' } });
    expect(await me.instances('web')).toEqual(['web-1 80 a']);
    expect(await me.catalogChecks()).toEqual(['service:web-1 passing']);
    const { value } = await me.query({ kind: 'catalog.node', node: 'me', filter: '' });
    expect(value?.Node).toMatchObject(ownNode);
    expect(me.lines).toContain('info Synced service service=web-1');
  });

  test('checks of a service get ids and names', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'one', ID: 'x', Check: { TTL: '30s' } });
    await me.service({ Name: 'many', Checks: [{ TTL: '1s' }, { TTL: '2s', Name: 'named' }, { TTL: '3s', CheckID: 'own' }] });
    const names = [...me.agent.checks().values()].map(({ CheckID, Name }) => `${CheckID}=${Name}`);
    expect(names).toEqual([
      "service:x=Service 'one' check",
      "service:many:1=Service 'many' check",
      'service:many:2=named',
      "own=Service 'many' check",
    ]);
  });

  test('shows interval and time limit of checks registered by themselves only', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web', Check: { HTTP: 'http://10.0.0.1/', Interval: '1h', Timeout: '3s' } });
    await me.check({ Name: 'h', HTTP: 'http://10.0.0.1/', Interval: '90m' });
    expect(me.agent.checks().get('service:web')).toMatchObject({ Type: 'http', Interval: '', Timeout: '' });
    expect(me.agent.checks().get('h')).toMatchObject({ Type: 'http', Interval: '1h30m0s', Timeout: '0s', ServiceTags: [] });
  });

  test('an IPv4 address of its own is tagged', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web', Address: '10.5.0.1', Port: 8000, TaggedAddresses: { lan: { Address: '192.0.2.5', Port: 1 } } });
    await me.service({ Name: 'v6', Address: '2001:db8::1' });
    await me.service({ Name: 'bare' });
    expect(me.agent.services().get('web')?.TaggedAddresses).toEqual({
      lan: { Address: '192.0.2.5', Port: 1 },
      lan_ipv4: { Address: '10.5.0.1', Port: 8000 },
      wan_ipv4: { Address: '10.5.0.1', Port: 8000 },
    });
    expect(Object.keys(me.agent.services().get('v6')?.TaggedAddresses ?? {})).toEqual(['lan_ipv6', 'wan_ipv6']);
    expect(me.agent.services().get('bare')?.TaggedAddresses).toBeNull();
  });

  test('again keeps status and output of checks, and those not named unless they are to be replaced', async () => {
    const me = await startLocalAgent();
    await me.service({
      Name: 'web',
      Checks: [
        { TTL: '30s', CheckID: 'a' },
        { TTL: '30s', CheckID: 'b' },
      ],
    });
    await me.agent.updateTtl('a', 'passing', 'fine');
    await me.service({ Name: 'web', Port: 2, Tags: ['new'], Check: { TTL: '30s', CheckID: 'a', Status: 'warning' } });
    expect(me.localChecks()).toEqual(['a passing fine', 'b critical']);
    expect(me.agent.checks().get('b')?.ServiceTags).toEqual(['new']);
    await me.agent.setServiceMaintenance('web', true, 'why', '');
    await me.service({ Name: 'web', Port: 3 }, true);
    expect(me.localChecks()).toEqual(['_service_maintenance:web critical']);
    expect(await me.catalogChecks()).toEqual(['_service_maintenance:web critical']);
  });

  test.each([
    [
      { Name: 's', Args: ['true'], Interval: '1s' },
      "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true",
    ],
    [{ Name: 'c', TTL: '1s', ServiceID: 'nobody' }, 'ServiceID "nobody" does not exist'],
  ])('refuses %j', async (body, text) => {
    const me = await startLocalAgent();
    await expect(me.check(body)).rejects.toEqual(refusal(text));
    expect(me.agent.checks().size).toBe(0);
  });

  test('a service with a check that may not run leaves nothing behind', async () => {
    const me = await startLocalAgent({ settings: { scriptsInFiles: true } });
    await expect(me.service({ Name: 'web', Check: { Args: ['true'], Interval: '1s' } })).rejects.toThrow(MeshError);
    expect(me.agent.services().size).toBe(0);
  });

  test('names that DNS cannot carry are warned of', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'with_underscore' });
    await me.service({ Name: 'x'.repeat(64) });
    expect(me.lines.filter((line) => line.startsWith('warn Service name'))).toEqual([
      'warn Service name will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and dashes. service=with_underscore',
      `warn Service name will not be discoverable via DNS due to it being too long. Valid lengths are between 1 and 63 bytes. service=${'x'.repeat(64)}`,
    ]);
  });

  test('a sidecar comes and goes with its service', async () => {
    const me = await startLocalAgent();
    const body = { Name: 'app', ID: 'app1', Port: 1000, Connect: { SidecarService: {} } };
    await me.service(body);
    await me.service(body);
    expect(me.agent.services().get('app1-sidecar-proxy')).toMatchObject({
      Kind: 'connect-proxy',
      Service: 'app-sidecar-proxy',
      Port: 21000,
      Proxy: { DestinationServiceName: 'app', DestinationServiceID: 'app1', LocalServiceAddress: '127.0.0.1', LocalServicePort: 1000 },
    });
    await me.service({ ...body, ID: 'app2' });
    expect(me.agent.services().get('app2-sidecar-proxy')?.Port).toBe(21001);
    expect([...me.agent.checks().values()].map(({ Name }) => Name)).toContain('Connect Sidecar Aliasing app1');
    await me.agent.deregisterService('app1', '');
    expect([...me.agent.services().keys()]).toEqual(['app2', 'app2-sidecar-proxy']);
  });
});

describe('deregistering', () => {
  test('takes the service and its checks out of the catalog', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web', Check: { TTL: '30s' } });
    await me.check({ Name: 'extra', TTL: '30s', ServiceID: 'web' });
    await me.agent.deregisterService('web', '');
    expect(await me.instances('web')).toEqual([]);
    expect(await me.catalogChecks()).toEqual([]);
    await me.agent.deregisterService('web', '');
    await me.agent.deregisterCheck('nobody', '');
  });

  test('needs an id', async () => {
    const me = await startLocalAgent();
    await expect(me.agent.deregisterService('', '')).rejects.toEqual(refusal('ServiceID missing'));
    await expect(me.agent.deregisterCheck('', '')).rejects.toEqual(refusal('CheckID missing'));
  });

  test('happens by itself when a check has been critical for too long', async () => {
    const me = await startLocalAgent();
    const check = { TTL: '600s', Status: 'passing', DeregisterCriticalServiceAfter: '1s' };
    await me.service({
      Name: 'web',
      Checks: [
        { ...check, CheckID: 'a' },
        { TTL: '600s', CheckID: 'b' },
      ],
    });
    await me.service({ Name: 'never-ran', Check: { ...check, Status: 'critical' } });
    expect(me.lines).toContain('warn check has deregister interval below minimum check=a minimum_interval=1m0s');
    await me.agent.updateTtl('a', 'critical', 'x');
    await me.clock.advance(59_000);
    expect([...me.agent.services().keys()]).toContain('web');
    await me.clock.advance(31_000);
    expect([...me.agent.services().keys()]).toEqual(['never-ran']);
    expect(await me.instances('web')).toEqual([]);
    expect(me.lines).toContain('info Check for service has been critical for too long; deregistered service service=web check=a');
  });

  test('does not happen to one that recovered in between', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web', Check: { CheckID: 'a', TTL: '600s', DeregisterCriticalServiceAfter: '1m' } });
    await me.agent.updateTtl('a', 'critical', '');
    await me.clock.advance(40_000);
    await me.agent.updateTtl('a', 'passing', '');
    await me.agent.updateTtl('a', 'critical', '');
    await me.clock.advance(50_000);
    expect([...me.agent.services().keys()]).toEqual(['web']);
  });
});

describe('updates of TTL checks', () => {
  test('reach the catalog at once when the status changes, a mere output later', async () => {
    const me = await startLocalAgent({ settings: { checkUpdateIntervalMs: 10_000 } });
    await me.check({ Name: 'c', TTL: '600s' });
    await me.agent.updateTtl('c', 'passing', 'one');
    expect(await me.catalogChecks()).toEqual(['c passing one']);
    await me.agent.updateTtl('c', 'passing', 'two');
    expect(me.localChecks()).toEqual(['c passing two']);
    expect(await me.catalogChecks()).toEqual(['c passing one']);
    await me.agent.updateTtl('c', 'passing', 'three');
    await me.clock.advance(9_999);
    expect(await me.catalogChecks()).toEqual(['c passing one']);
    await me.clock.advance(1);
    expect(await me.catalogChecks()).toEqual(['c passing three']);
    await me.agent.updateTtl('c', 'warning', 'four');
    expect(await me.catalogChecks()).toEqual(['c warning four']);
  });

  test('with an interval of zero nothing waits', async () => {
    const me = await startLocalAgent({ settings: { checkUpdateIntervalMs: 0 } });
    await me.check({ Name: 'c', TTL: '600s', Status: 'passing' });
    await me.agent.updateTtl('c', 'passing', 'two');
    expect(await me.catalogChecks()).toEqual(['c passing two']);
  });

  test('lose their text when outputs are discarded', async () => {
    const me = await startLocalAgent({ settings: { discardCheckOutput: true } });
    await me.check({ Name: 'c', TTL: '5s' });
    await me.agent.updateTtl('c', 'warning', 'note');
    expect(me.localChecks()).toEqual(['c warning']);
    await me.clock.advance(5000);
    expect(me.localChecks()).toEqual(['c critical']);
  });

  test('are refused for other checks', async () => {
    const me = await startLocalAgent();
    await me.check({ Name: 't', TCP: '127.0.0.1:1', Interval: '1h' });
    for (const id of ['t', 'nobody', '']) {
      await expect(me.agent.updateTtl(id, 'passing', '')).rejects.toEqual(refusal(`CheckID "${id}" does not have associated TTL`));
    }
  });
});

describe('maintenance', () => {
  test('is a critical check; the first reason stays', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web' });
    await me.agent.setServiceMaintenance('web', true, 'upgrade', '');
    await me.agent.setServiceMaintenance('web', true, 'other', '');
    expect(me.agent.checks().get('_service_maintenance:web')).toMatchObject({
      Status: 'critical',
      Notes: 'upgrade',
      Type: 'maintenance',
      ServiceName: 'web',
    });
    await me.agent.setNodeMaintenance(true, '', '');
    expect(await me.catalogChecks()).toEqual(['_node_maintenance critical', '_service_maintenance:web critical']);
    await me.agent.setServiceMaintenance('web', false, '', '');
    await me.agent.setNodeMaintenance(false, '', '');
    await me.agent.setNodeMaintenance(false, '', '');
    expect(await me.catalogChecks()).toEqual([]);
    expect(me.lines.filter((line) => line.includes('maintenance mode'))).toEqual([
      'info Service entered maintenance mode service=web',
      'info Node entered maintenance mode',
      'info Service left maintenance mode service=web',
      'info Node left maintenance mode',
    ]);
    await expect(me.agent.setServiceMaintenance('nobody', true, '', '')).rejects.toEqual(
      refusal('No service registered with ID "nobody"', 'not-found'),
    );
  });
});

describe('the hash of a service', () => {
  test('is the same for the same definition and wakes who waits for it to change', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web', Port: 80 });
    const hash = me.agent.serviceHash('web');
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    let woken = false;
    const { signal } = new AbortController();
    const waiting = me.agent.serviceChanged('web', hash, 60_000, signal).then(() => {
      woken = true;
    });
    await me.service({ Name: 'web', Port: 80 });
    await me.service({ Name: 'other' });
    await settle();
    expect(woken).toBe(false);
    await me.service({ Name: 'web', Port: 81 });
    await waiting;
    expect(me.agent.serviceHash('web')).not.toBe(hash);
    expect(me.agent.serviceHash('nobody')).toBe('');
  });

  test('is waited for no longer than asked, nor by nobody', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web' });
    const hash = me.agent.serviceHash('web');
    const before = me.clock.pending;
    const aborter = new AbortController();
    const [timed, aborted] = [
      me.agent.serviceChanged('web', hash, 600, aborter.signal),
      me.agent.serviceChanged('web', hash, 0, aborter.signal),
    ];
    await me.clock.advance(600);
    await timed;
    aborter.abort();
    await aborted;
    await me.agent.serviceChanged('web', hash, 600, aborter.signal);
    expect(me.clock.pending).toBe(before);
  });
});

describe('definitions of files', () => {
  test('are in place when the agent is up', async () => {
    const definitions = files({
      services: [{ name: 'web', id: 'w', port: 80, checks: [{ ttl: '1h' }], check: { ttl: '1h', id: 'x' } }],
      checks: [
        { id: 'n', name: 'node check', ttl: '1h', status: 'warning' },
        { name: 'of web', ttl: '1h', service_id: 'w' },
      ],
    });
    const me = await startLocalAgent({ definitions });
    expect(await me.instances('web')).toEqual(['w 80']);
    expect(await me.catalogChecks()).toEqual(['n warning', 'of web critical', 'service:w:1 critical', 'x critical']);
  });

  test.each([
    [{ services: [{ port: 1 }] }, 'Failed to register service "": Service name missing'],
    [
      { services: [{ name: 's', check: { interval: '10s' } }] },
      'Failed to validate checks for service "s": TTL must be > 0 for TTL checks',
    ],
    [
      { services: [{ name: 's', check: { args: ['true'], interval: '10s' } }] },
      `Failed to register service "s": Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true`,
    ],
    [{ checks: [{ ttl: '10s' }] }, "Failed to register check '': CheckID missing"],
    [
      { checks: [{ name: 'a', ttl: '3s', interval: '5s', http: 'http://x' }] },
      "Failed to register check 'a': Check is not valid: Interval and TTL cannot both be specified",
    ],
    [{ checks: [{ name: 'a', ttl: '3s', service_id: 'nobody' }] }, `Failed to register check 'a': ServiceID "nobody" does not exist`],
    [
      { checks: [{ name: 'a', args: ['true'], interval: '5s' }] },
      "Failed to register check 'a': Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true",
    ],
  ])('%j is refused as a whole', async (given, text) => {
    const me = await startLocalAgent({ definitions: files({ services: [{ name: 'stays' }] }) });
    await expect(me.agent.applyDefinitions(files(given))).rejects.toEqual(refusal(text, 'config-invalid'));
    expect([...me.agent.services().keys()]).toEqual(['stays']);
  });

  test('a reload brings, drops and changes; what stays keeps its status and is never gone', async () => {
    const before = files({
      services: [{ name: 'keep', port: 1, check: { ttl: '1h' } }, { name: 'drop' }, { name: 'alter', port: 3 }],
      checks: [
        { id: 'stays', name: 'stays', ttl: '60s' },
        { id: 'leaves', name: 'leaves', ttl: '60s' },
        { id: 'changes', name: 'changes', ttl: '60s' },
      ],
    });
    const me = await startLocalAgent({ definitions: before });
    for (const id of ['stays', 'leaves', 'changes', 'service:keep']) await me.agent.updateTtl(id, 'passing', id);
    await me.service({ Name: 'by-api', Check: { TTL: '60s' } });
    await me.check({ Name: 'api check', TTL: '60s', ServiceID: 'keep' });
    const kept = me.agent.services().get('keep');
    await me.agent.applyDefinitions(
      files({
        services: [{ name: 'keep', port: 1, check: { ttl: '1h' } }, { name: 'alter', port: 33, tags: ['new'] }, { name: 'fresh' }],
        checks: [
          { id: 'stays', name: 'stays', ttl: '60s' },
          { id: 'changes', name: 'new name', http: 'http://10.0.0.1', interval: '1h' },
          { name: 'arrives', ttl: '1s', status: 'warning' },
        ],
      }),
    );
    expect([...me.agent.services().keys()].sort()).toEqual(['alter', 'by-api', 'fresh', 'keep']);
    expect(me.agent.services().get('keep')).toBe(kept);
    expect(await me.instances('alter')).toEqual(['alter 33 new']);
    expect(await me.instances('drop')).toEqual([]);
    expect(me.localChecks()).toEqual([
      'api check critical',
      'arrives warning',
      'changes passing changes',
      'service:by-api critical',
      'service:keep passing service:keep',
      'stays passing stays',
    ]);
    expect(me.agent.checks().get('changes')).toMatchObject({ Name: 'new name', Type: 'http' });
  });

  test('a reload brings back what was taken out over HTTP, and a file wins over a registration', async () => {
    const definitions = files({
      services: [
        { name: 'twin', port: 1, tags: ['file'] },
        { name: 'gone', check: { ttl: '1h' } },
      ],
    });
    const me = await startLocalAgent({ definitions });
    await me.agent.deregisterService('gone', '');
    await me.service({ Name: 'twin', Port: 2 });
    await me.agent.applyDefinitions(definitions);
    expect(await me.instances('twin')).toEqual(['twin 1 file']);
    expect(await me.instances('gone')).toEqual(['gone 0']);
  });

  test('a check that a service no longer has goes with a reload, one added over HTTP stays', async () => {
    const me = await startLocalAgent({
      definitions: files({
        services: [
          {
            name: 'web',
            checks: [
              { id: 'a', ttl: '1h' },
              { id: 'b', ttl: '1h' },
            ],
          },
        ],
      }),
    });
    await me.check({ Name: 'mine', TTL: '1h', ServiceID: 'web' });
    await me.agent.applyDefinitions(files({ services: [{ name: 'web', checks: [{ id: 'a', ttl: '1h' }] }] }));
    expect(me.localChecks()).toEqual(['a critical', 'mine critical']);
  });
});
