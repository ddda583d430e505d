import { describe, expect, test } from 'vitest';
import { scaleFactor } from '../../../src/agent/sync.js';
import type { Backend } from '../../../src/model/backend.js';
import { MeshError } from '../../../src/model/errors.js';
import { settle } from '../../support/fake-clock.js';
import { startServer } from '../server/harness.js';
import { ownNode, startLocalAgent } from './harness.js';

/** Fails while `isDown`, and counts the writes that got through. */
function faulty() {
  const link = { isDown: false, writes: 0 };
  const backend = (real: Backend): Backend => ({
    query: (query, options) => (link.isDown ? Promise.reject(new MeshError('no-leader', 'No cluster leader')) : real.query(query, options)),
    async write(write, options) {
      if (link.isDown) throw new MeshError('no-leader', 'No cluster leader');
      link.writes += 1;
      return real.write(write, options);
    },
  });
  return { link, backend };
}

const minutesMs = 90_000;

describe('anti-entropy', () => {
  test('brings back what the catalog has lost and takes out what is not ours', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web', Port: 80, Check: { TTL: '600s', CheckID: 'c' } });
    await me.write({ kind: 'catalog.deregister', node: 'me', serviceId: 'web', checkId: '' });
    await me.register({
      node: ownNode,
      skipNodeUpdate: true,
      service: { ID: 'alien', Service: 'alien' },
      checks: [{ Node: 'me', CheckID: 'alien check', Name: 'x', Status: 'passing' }],
    });
    expect(await me.instances('web')).toEqual([]);
    await me.clock.advance(minutesMs);
    expect(await me.instances('web')).toEqual(['web 80']);
    expect(await me.instances('alien')).toEqual([]);
    expect(await me.catalogChecks()).toEqual(['c critical']);
  });

  test('puts right what was changed behind its back, the node too', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web', Port: 80, Tags: ['a'] });
    await me.register({ node: { ...ownNode, Meta: { rack: 'other' } }, service: { ID: 'web', Service: 'web', Port: 81, Tags: ['b'] } });
    expect(await me.instances('web')).toEqual(['web 81 b']);
    await me.clock.advance(minutesMs);
    expect(await me.instances('web')).toEqual(['web 80 a']);
    const { value } = await me.query({ kind: 'catalog.node', node: 'me', filter: '' });
    expect(value?.Node.Meta).toEqual({ rack: 'r1' });
  });

  test('leaves alone what the leader registers', async () => {
    const me = await startLocalAgent();
    await me.register({
      node: ownNode,
      service: { ID: 'consul', Service: 'consul' },
      checks: [{ Node: 'me', CheckID: 'serfHealth', Name: 'Serf', Status: 'passing' }],
    });
    await me.clock.advance(minutesMs);
    expect(await me.instances('consul')).toEqual(['consul 80']);
    expect(await me.catalogChecks()).toEqual(['serfHealth passing']);
  });

  test('brings back what the leader registers when somebody has taken it out', async () => {
    const server = await startServer();
    let calls = 0;
    const registerServer = async () => {
      calls += 1;
      const serfHealth = { Node: 'me', CheckID: 'serfHealth', Name: 'Serf', Status: 'passing' };
      await server.register({ node: ownNode, service: { ID: 'consul', Service: 'consul' }, checks: [serfHealth] });
    };
    const me = await startLocalAgent({ server, registerServer });
    await me.service({ Name: 'web' });
    await me.clock.advance(minutesMs);
    expect(calls).toBe(1);
    await me.write({ kind: 'catalog.deregister', node: 'me', serviceId: '', checkId: '' });
    await me.clock.advance(minutesMs);
    expect(await me.instances('consul')).toHaveLength(1);
    expect(await me.catalogChecks()).toEqual(['serfHealth passing']);
    expect(await me.instances('web')).toHaveLength(1);
  });

  test('takes tags of the catalog for its own when they may be overridden', async () => {
    const { link, backend } = faulty();
    const me = await startLocalAgent({ backend });
    await me.service({ Name: 'web', Tags: ['a'], EnableTagOverride: true, Check: { TTL: '6000s' } });
    await me.register({
      node: ownNode,
      skipNodeUpdate: true,
      service: { ID: 'web', Service: 'web', Tags: ['b'], EnableTagOverride: true, Weights: { Passing: 1, Warning: 1 } },
    });
    await me.clock.advance(minutesMs);
    expect(await me.instances('web')).toEqual(['web 0 b']);
    expect(me.agent.services().get('web')?.Tags).toEqual(['b']);
    expect(me.agent.checks().get('service:web')?.ServiceTags).toEqual(['b']);
    const { writes } = link;
    await me.clock.advance(minutesMs);
    expect(link.writes).toBe(writes);
  });

  test('writes nothing when nothing differs', async () => {
    const { link, backend } = faulty();
    const me = await startLocalAgent({ backend });
    await me.service({ Name: 'web', Address: '10.0.0.1', Port: 80, Meta: { a: 'b' }, Check: { TTL: '600s', Status: 'passing' } });
    await me.service({ Name: 'bare' });
    await me.check({ Name: 'c', HTTP: 'http://10.0.0.1', Interval: '1h', Status: 'passing' });
    const { writes } = link;
    await me.clock.advance(3 * minutesMs);
    expect(link.writes).toBe(writes);
  });

  test('an output whose time has not come is no difference', async () => {
    const { link, backend } = faulty();
    const me = await startLocalAgent({ backend });
    await me.check({ Name: 'c', TTL: '6000s', Status: 'passing' });
    await me.agent.updateTtl('c', 'passing', 'new');
    const { writes } = link;
    await me.clock.advance(2 * minutesMs);
    expect(link.writes).toBe(writes);
    expect(await me.catalogChecks()).toEqual(['c passing']);
  });

  test('without a leader registering works, and the catalog follows when there is one', async () => {
    const { link, backend } = faulty();
    const me = await startLocalAgent({ backend });
    link.isDown = true;
    await me.service({ Name: 'web', Check: { TTL: '600s', Status: 'passing' } });
    expect([...me.agent.services().keys()]).toEqual(['web']);
    link.isDown = false;
    expect(await me.instances('web')).toEqual([]);
    await me.clock.advance(25_000);
    expect(await me.instances('web')).toEqual(['web 0']);
    expect(await me.catalogChecks()).toEqual(['service:web passing']);
    link.isDown = true;
    await me.agent.deregisterService('web', '');
    link.isDown = false;
    await me.clock.advance(25_000);
    expect(await me.instances('web')).toEqual([]);
  });

  test('at the start a missing leader is looked for more often, and no fault', async () => {
    const { link, backend } = faulty();
    link.isDown = true;
    const me = await startLocalAgent({ backend });
    link.isDown = false;
    await me.clock.advance(200);
    expect((await me.query({ kind: 'catalog.node', node: 'me', filter: '' })).value?.Node).toMatchObject(ownNode);
    expect(me.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  test('a new server is a reason to compare within seconds', async () => {
    const me = await startLocalAgent();
    await me.service({ Name: 'web' });
    await me.write({ kind: 'catalog.deregister', node: 'me', serviceId: 'web', checkId: '' });
    me.agent.compareSoon();
    await me.clock.advance(3000);
    expect(await me.instances('web')).toEqual(['web 0']);
  });

  test('changes during a write are not lost', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    const me = await startLocalAgent({
      backend: (real) => ({
        query: (query, options) => real.query(query, options),
        async write(write, options) {
          if (isHeld) await held;
          return real.write(write, options);
        },
      }),
    });
    isHeld = true;
    const first = me.service({ Name: 'web', Port: 1 });
    await settle();
    const second = me.service({ Name: 'web', Port: 2 });
    isHeld = false;
    release();
    await Promise.all([first, second]);
    expect(await me.instances('web')).toEqual(['web 2']);
  });

  test('many that come and go at the same time take one write each, and none fails', async () => {
    const { link, backend } = faulty();
    const slow = (real: Backend): Backend => {
      const counted = backend(real);
      return { query: counted.query, write: (write, options) => settle().then(() => counted.write(write, options)) };
    };
    const me = await startLocalAgent({ backend: slow });
    await settle();
    const { writes } = link;
    const ids = Array.from({ length: 40 }, (_, i) => `web${i}`);
    const register = (Name: string) => me.service({ Name, Check: { TTL: '600s', Status: 'passing' } });
    const first = ids.slice(0, 20).map(register);
    await Promise.resolve();
    await Promise.all([...first, ...ids.slice(20).map(register)]);
    expect(link.writes - writes).toBe(40);
    expect(await me.catalogChecks()).toHaveLength(40);
    await Promise.all(ids.map((id) => me.agent.deregisterService(id, '')));
    expect(link.writes - writes).toBe(80);
    expect(await me.catalogChecks()).toEqual([]);
    expect(me.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  test('stops for good', async () => {
    const server = await startServer();
    const { pending } = server.clock;
    const me = await startLocalAgent({ server });
    await me.service({ Name: 'web', Check: { TTL: '5s', DeregisterCriticalServiceAfter: '1m' } });
    await me.agent.stop();
    await me.agent.stop();
    expect(me.clock.pending).toBe(pending);
  });

  test.each([
    [1, 1],
    [128, 1],
    [129, 2],
    [256, 2],
    [257, 3],
    [1024, 4],
  ])('in a cluster of %d it comes %d times less often', (nodes, factor) => {
    expect(scaleFactor(nodes)).toBe(factor);
  });
});
