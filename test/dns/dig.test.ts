/** The recipes of docs/dns.md, with the real dig (Debian: bind9-dnsutils). */
import { execFile, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';

const hasDig = spawnSync('dig', ['-v']).error === undefined;

let agent: TestAgent;
beforeAll(async () => {
  if (!hasDig) return;
  agent = await startAgent(['-dev', '-node=dig-agent']);
  const check = (Status: string, ServiceID: string) => ({ CheckID: `check-${ServiceID}`, Name: 'check', Status, ServiceID });
  await register({
    Node: 'n1',
    Address: '10.0.0.1',
    NodeMeta: { rack: 'r1' },
    Service: { ID: 'web', Service: 'web', Port: 8080, Tags: ['v1'] },
  });
  await register({ Node: 'n2', Address: '10.0.0.2', Service: { ID: 'web', Service: 'web', Port: 8081, Address: '10.9.0.2' } });
  await register({ Node: 'n3', Address: '10.0.0.3', Service: { ID: 'web', Service: 'web', Port: 8082 }, Check: check('critical', 'web') });
  await register({ Node: 'n6', Address: '2001:db8::6', Service: { ID: 'six', Service: 'six', Port: 1 } });
  for (let i = 0; i < 60; i++)
    await register({ Node: `m${i}`, Address: `10.1.0.${i}`, Service: { ID: 'many', Service: 'many', Port: 1000 + i } });
});
afterAll(() => agent?.stop());

async function register(body: object): Promise<void> {
  const answer = await fetch(`${agent.http}/v1/catalog/register`, { method: 'PUT', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}

function dig(...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('dig', ['@127.0.0.1', '-p', `${agent.dnsPort}`, '+time=30', '+tries=2', ...words], (error, stdout) =>
      error ? reject(new Error(`${error.message}\n${stdout}`)) : resolve(stdout),
    );
  });
}

const short = async (...words: string[]) => (await dig('+short', ...words)).trim().split('\n').sort();

// A machine without dig has the recorded cases all the same.
describe.skipIf(!hasDig)('dig', () => {
  test.each([
    { name: 'the healthy instances of a service', words: ['web.service.consul'], answer: ['10.0.0.1', '10.9.0.2'] },
    { name: 'the same below mesh.', words: ['web.service.mesh'], answer: ['10.0.0.1', '10.9.0.2'] },
    { name: 'those with a tag', words: ['v1.web.service.consul'], answer: ['10.0.0.1'] },
    { name: 'in the datacenter by name', words: ['web.service.dc1.consul'], answer: ['10.0.0.1', '10.9.0.2'] },
    {
      name: 'ports',
      words: ['web.service.consul', 'SRV'],
      answer: ['1 1 8080 n1.node.dc1.consul.', '1 1 8081 0a090002.addr.dc1.consul.'],
    },
    { name: 'RFC 2782', words: ['_web._v1.service.consul', 'SRV'], answer: ['1 1 8080 n1.node.dc1.consul.'] },
    { name: 'a node', words: ['n1.node.consul'], answer: ['10.0.0.1'] },
    { name: 'its metadata', words: ['n1.node.consul', 'TXT'], answer: ['"rack=r1"'] },
    { name: 'an IPv6 address', words: ['six.service.consul', 'AAAA'], answer: ['2001:db8::6'] },
    { name: 'an address in hex', words: ['0a090002.addr.dc1.consul'], answer: ['10.9.0.2'] },
    { name: 'a name by its address', words: ['-x', '10.0.0.1'], answer: ['n1.node.dc1.consul.'] },
    { name: 'a service by its address', words: ['-x', '10.9.0.2'], answer: ['web.service.dc1.consul.'] },
    { name: 'a name by its IPv6 address', words: ['-x', '2001:db8::6'], answer: ['n6.node.dc1.consul.'] },
    { name: 'the name servers', words: ['consul', 'NS'], answer: ['dig-agent.node.dc1.consul.'] },
    { name: 'over TCP', words: ['+tcp', 'web.service.consul'], answer: ['10.0.0.1', '10.9.0.2'] },
    { name: 'without EDNS', words: ['+noedns', 'web.service.consul'], answer: ['10.0.0.1', '10.9.0.2'] },
  ])('$name', async ({ words, answer }) => {
    expect(await short(...words)).toEqual(answer);
  });
  test('finds no flaw in what it gets', async () => {
    for (const words of [
      ['web.service.consul', 'SRV'],
      ['nope.service.consul'],
      ['consul', 'SOA'],
      ['many.service.consul', 'SRV'],
      ['example.com'],
    ]) {
      expect(await dig(...words)).not.toMatch(/WARNING: (?!recursion requested)|malformed|extra bytes|BADVERS|communications error/i);
    }
  });
  test('a name that does not exist says so, with the SOA', async () => {
    const text = await dig('nope.service.consul');
    expect(text).toMatch(/status: NXDOMAIN/);
    expect(text).toMatch(/^consul\.\s+0\s+IN\s+SOA\s+ns\.consul\. hostmaster\.consul\. /m);
  });
  test('SRV answers bring addresses and metadata along', async () => {
    const text = await dig('v1.web.service.consul', 'SRV');
    expect(text).toMatch(/^n1\.node\.dc1\.consul\.\s+0\s+IN\s+A\s+10\.0\.0\.1$/m);
    expect(text).toMatch(/^n1\.node\.dc1\.consul\.\s+0\s+IN\s+TXT\s+"rack=r1"$/m);
  });
  test('many instances: three of them plain, as many as fit with EDNS, all over TCP', async () => {
    const plain = await short('+noedns', '+ignore', 'many.service.consul');
    expect(plain).toHaveLength(3);
    expect(await short('+noedns', 'many.service.consul', 'SRV')).toHaveLength(3);
    const edns = await dig('+bufsize=700', 'many.service.consul');
    expect(Number(/MSG SIZE\s+rcvd: (\d+)/.exec(edns)?.[1])).toBeLessThanOrEqual(700);
    expect(Number(/ANSWER: (\d+)/.exec(edns)?.[1])).toBeGreaterThan(35);
    expect(await short('+tcp', 'many.service.consul')).toHaveLength(60);
    const first = new Set<string>();
    for (let i = 0; i < 12; i++) first.add((await dig('+short', '+noedns', 'many.service.consul')).split('\n')[0] ?? '');
    expect(first.size).toBeGreaterThan(3);
  });
  test('an instance that turns critical is gone from the next answer', async () => {
    await register({ Node: 'n4', Address: '10.0.0.4', Service: { ID: 'turns', Service: 'turns', Port: 1 } });
    expect(await short('turns.service.consul')).toEqual(['10.0.0.4']);
    await register({ Node: 'n4', Address: '10.0.0.4', Check: { CheckID: 'c', Name: 'c', Status: 'critical', ServiceID: 'turns' } });
    await eventually(async () => expect(await dig('turns.service.consul')).toMatch(/NXDOMAIN/), { withinMs: 2_000 });
  });
});
