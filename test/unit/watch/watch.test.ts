import { afterEach, expect, test } from 'vitest';
import { createApi } from '../../../src/client/api.js';
import type { Client } from '../../../src/client/client.js';
import { eventClient } from '../../../src/client/event.js';
import { kvClient } from '../../../src/client/kv.js';
import type { Request, Response, Transport } from '../../../src/client/transport.js';
import { type Logger, silentLogger } from '../../../src/lib/log.js';
import { encodeChange } from '../../../watch/encode.js';
import { HandlerError } from '../../../watch/handler-error.js';
import type { WatchPlan } from '../../../watch/plan.js';
import { type ChangeHandler, runWatch } from '../../../watch/watch.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const common = { datacenter: '', token: '', stale: false };
const keyPlan: WatchPlan = { kind: 'key', key: 'a', ...common };
const eventPlan: WatchPlan = { kind: 'event', name: '', ...common };

/** Answers one request at a time, when the test says so. */
class Agent implements Transport {
  readonly requests: Request[] = [];
  #resolve: ((response: Promise<Response>) => void) | undefined;

  send(request: Request): Promise<Response> {
    this.requests.push(request);
    return new Promise((resolve, reject) => {
      request.signal?.addEventListener('abort', () => reject(request.signal?.reason), { once: true });
      this.#resolve = resolve;
    });
  }

  async answer(index: number | string, body: unknown): Promise<void> {
    const headers = { 'x-consul-index': `${index}` };
    this.#resolve?.(Promise.resolve({ status: body === undefined ? 404 : 200, headers, body: Buffer.from(JSON.stringify(body) ?? '') }));
    await settle();
  }

  async fail(): Promise<void> {
    this.#resolve?.(Promise.resolve({ status: 500, headers: {}, body: Buffer.from('No cluster leader') }));
    await settle();
  }

  close(): void {}
}

const entry = (value: string, index: number) => [{ Key: 'a', Value: value, Flags: 3, LockIndex: 0, CreateIndex: 1, ModifyIndex: index }];
const shown = (value: string, index: number) =>
  `{"Key":"a","CreateIndex":1,"ModifyIndex":${index},"LockIndex":0,"Flags":3,"Value":"${value}","Session":""}`;

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

async function watching(plan: WatchPlan, handler: ChangeHandler, logger: Logger = silentLogger) {
  const [agent, clock, stop] = [new Agent(), new FakeClock(), new AbortController()];
  stops.push(stop);
  const api = createApi(agent);
  const client = { kv: kvClient(api), event: eventClient(api) } as Client;
  const ended = runWatch(plan, handler, { client, clock, random: () => 1, logger }, stop.signal);
  ended.catch(() => {});
  await settle();
  return { agent, clock, stop, ended };
}

test('the handler runs at the start, with null for a key that is not there, and with each change', async () => {
  const seen: string[] = [];
  const { agent } = await watching(keyPlan, async ({ data, index }) => void seen.push(`${index} ${encodeChange(data)}`));
  await agent.answer(5, undefined);
  await agent.answer(7, entry('djE=', 7));
  await agent.answer(9, undefined);
  expect(seen).toEqual(['5 null', `7 ${shown('djE=', 7)}`, '9 null']);
});

test('an index that moves without news runs nothing', async () => {
  let runs = 0;
  const { agent } = await watching(keyPlan, async () => {
    runs += 1;
  });
  await agent.answer(5, entry('djE=', 5));
  await agent.answer(8, entry('djE=', 5));
  await agent.answer(5, entry('djE=', 5));
  expect(runs).toBe(1);
});

test('a slow handler runs once at a time and then sees the last state', async () => {
  const seen: unknown[] = [];
  let finish = () => {};
  let [running, most] = [0, 0];
  const { agent } = await watching(keyPlan, async ({ data }) => {
    seen.push(data);
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => (finish = resolve));
    running -= 1;
  });
  await agent.answer(1, entry('MQ==', 1));
  expect(agent.requests).toHaveLength(1);
  finish();
  await settle();
  await agent.answer(4, entry('NA==', 4));
  finish();
  await settle();
  expect(seen).toMatchObject([{ Value: 'MQ==' }, { Value: 'NA==' }]);
  expect(most).toBe(1);
});

test('a handler that throws ends the watch', async () => {
  const { agent, ended } = await watching(keyPlan, () => Promise.reject(new HandlerError('Error executing handler: exit status 4')));
  await agent.answer(1, undefined);
  await expect(ended).rejects.toThrow('exit status 4');
});

test('a failed query is logged and tried again', async () => {
  const lines: string[] = [];
  const logger: Logger = {
    log: (level, text, fields) => lines.push(`${level} ${text} ${fields?.type} ${String(fields?.error)} ${fields?.retry}`),
    named: () => logger,
  };
  let runs = 0;
  const { agent, clock } = await watching(
    keyPlan,
    async () => {
      runs += 1;
    },
    logger,
  );
  await agent.fail();
  expect(lines).toEqual(['error Watch errored key ResponseError: Unexpected response code: 500 (No cluster leader) 250ms']);
  await clock.advance(250);
  await agent.answer(1, undefined);
  expect(runs).toBe(1);
});

test('stopping lets the query go', async () => {
  const { stop, ended } = await watching(keyPlan, async () => {});
  stop.abort();
  await expect(ended).resolves.toBeUndefined();
});

test('of events the handler sees the new ones, whatever their indexes, and nothing twice after a failure', async () => {
  const event = (ID: string) => ({ ID, Name: 'e' });
  const seen: unknown[] = [];
  const { agent, clock } = await watching(eventPlan, async ({ data }) => void seen.push(data));
  await agent.answer('1', []);
  await agent.answer('17179869184123456789', [event('a')]);
  await agent.answer('900', [event('a'), event('b'), event('c')]);
  await agent.fail();
  await clock.advance(1000);
  await agent.answer('900', [event('a'), event('b'), event('c')]);
  await agent.answer('5', [event('b'), event('c'), event('d')]);
  expect(seen).toEqual([[], [event('a')], [event('b'), event('c')], [event('d')]]);
  expect(agent.requests.map(({ parameters }) => parameters.find(([name]) => name === 'index')?.[1])).toEqual([
    undefined,
    '1',
    '17179869184123456789',
    '900',
    undefined,
    '900',
    '5',
  ]);
});
