import { describe, expect, test } from 'vitest';
import { AgentEvents } from '../../../src/agent/user-events.js';
import type { UserEvent, UserEventInput } from '../../../src/model/user-event.js';
import { FakeClock } from '../../support/fake-clock.js';

const plain: UserEventInput = { Name: 'deploy', NodeFilter: '', ServiceFilter: '', TagFilter: '', payload: null };
const here = { datacenter: '' };

function agent(node = 'web-1') {
  const clock = new FakeClock();
  const spread: UserEvent[] = [];
  let count = 0;
  const events = new AgentEvents({
    ...{ node, datacenter: 'dc1', clock },
    services: () => [
      { Service: 'api', Tags: ['v1', 'blue'] },
      { Service: 'db', Tags: [] },
    ],
    newId: () => `00000000-0000-4000-8000-${(++count).toString().padStart(12, '0')}`,
    spread: (event) => spread.push(event),
  });
  const list = (name = '', index = 0n, signal = new AbortController().signal, waitMs = 0) => events.list(name, { index, waitMs, signal });
  return { clock, spread, events, list };
}

describe('who an event is for', () => {
  test.each([
    { name: 'everybody without filters', filters: {}, heard: true },
    { name: 'a node whose name matches anywhere', filters: { NodeFilter: 'web' }, heard: true },
    { name: 'no other node', filters: { NodeFilter: '^db' }, heard: false },
    { name: 'an agent with such a service', filters: { ServiceFilter: '^ap' }, heard: true },
    { name: 'no agent without it', filters: { ServiceFilter: 'cache' }, heard: false },
    { name: 'an agent whose service has such a tag', filters: { ServiceFilter: 'api', TagFilter: '^v[0-9]$' }, heard: true },
    { name: 'not one whose tag is on another service', filters: { ServiceFilter: 'db', TagFilter: 'v1' }, heard: false },
  ])('$name', async ({ filters, heard }) => {
    const { events, list, spread } = agent();
    const sent = events.fire({ ...plain, ...filters }, here);
    expect((await list()).events.length).toBe(heard ? 1 : 0);
    expect(spread.map(({ ID }) => ID)).toEqual([sent.ID]);
  });
});

describe('firing', () => {
  test.each([
    { name: 'a bad node pattern', input: { NodeFilter: '(' }, text: /^Invalid node filter: error parsing regexp: / },
    { name: 'a bad service pattern', input: { ServiceFilter: '[' }, text: /^Invalid service filter: / },
    { name: 'a bad tag pattern', input: { ServiceFilter: 'a', TagFilter: '*' }, text: /^Invalid tag filter: / },
    { name: 'a tag without a service', input: { TagFilter: 'a' }, text: /^Cannot provide tag filter without service filter$/ },
    { name: 'more than 512 bytes', input: { payload: Buffer.alloc(507) }, text: /limit of 512 bytes: its name and payload are 513$/ },
  ])('refuses $name', ({ input, text }) => {
    expect(() => agent().events.fire({ ...plain, ...input }, here)).toThrow(text);
  });

  test('takes exactly 512 bytes, and answers LTime 0 where the list has the time', async () => {
    const { events, list } = agent();
    expect(events.fire({ ...plain, payload: Buffer.alloc(506) }, here).LTime).toBe(0);
    events.fire(plain, { datacenter: 'DC1' });
    expect((await list()).events.map(({ LTime }) => LTime)).toEqual([1, 2]);
  });

  test('knows no other datacenter', () => {
    expect(() => agent().events.fire(plain, { datacenter: 'dc2' })).toThrow('No path to datacenter');
  });
});

describe('receiving', () => {
  test('runs the clock past what others have seen', async () => {
    const { events, list } = agent();
    const foreign = { ...plain, ID: '10000000-0000-4000-8000-000000000001', Payload: null, Version: 1, LTime: 41 };
    events.receive(foreign);
    events.receive({ ...foreign, ID: '10000000-0000-4000-8000-000000000002', NodeFilter: '(' });
    events.fire(plain, here);
    expect((await list()).events.map(({ LTime }) => LTime)).toEqual([41, 42]);
  });
});

describe('waiting', () => {
  test('lasts while the index given is the current one', async () => {
    const { events, list } = agent();
    events.fire(plain, here);
    const { index } = await list('deploy');
    const next = list('deploy', index);
    events.fire({ ...plain, Name: 'other' }, here);
    events.fire(plain, here);
    expect((await next).events.length).toBe(2);
    expect((await list('deploy', index)).events.length).toBe(2);
  });

  test('ends after ten minutes by itself, sooner when asked to', async () => {
    const { clock, list } = agent();
    const ends: string[] = [];
    const long = list('none', 1n).then(() => ends.push('long'));
    const short = list('none', 1n, undefined, 5_000).then(() => ends.push('short'));
    await clock.advance(5_000);
    await short;
    expect(ends).toEqual(['short']);
    await clock.advance(595_000);
    await long;
    expect(ends).toEqual(['short', 'long']);
  });

  test('ends with its client', async () => {
    const { list } = agent();
    const client = new AbortController();
    const waiting = list('none', 1n, client.signal);
    client.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
  });
});
