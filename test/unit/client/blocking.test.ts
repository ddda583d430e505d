import { afterEach, describe, expect, test } from 'vitest';
import type { Reply } from '../../../src/client/api.js';
import { type FollowOptions, type FollowPoint, follow, type Retry } from '../../../src/client/blocking.js';
import { ConnectionError, ResponseError } from '../../../src/client/errors.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

/** A server that answers when the test says so. */
class Server {
  readonly asked: FollowPoint[] = [];
  #answer: ((reply: Promise<Reply<string>>) => void) | undefined;

  readonly read = (at: FollowPoint): Promise<Reply<string>> => {
    this.asked.push(at);
    return new Promise((resolve, reject) => {
      at.signal.addEventListener('abort', () => reject(at.signal.reason), { once: true });
      this.#answer = resolve;
    });
  };

  /** Answers the read under way and lets the loop go on. */
  async answer(index: number | string, value: string): Promise<void> {
    await this.#settleWith(Promise.resolve({ value, index: Number(index), indexText: `${index}`, knownLeader: true, lastContactMs: 0 }));
  }

  async fail(error: Error): Promise<void> {
    const failure = Promise.reject(error);
    failure.catch(() => {});
    await this.#settleWith(failure);
  }

  async #settleWith(reply: Promise<Reply<string>>): Promise<void> {
    const answer = this.#answer;
    if (!answer) throw new Error('nothing was asked');
    this.#answer = undefined;
    answer(reply);
    await settle();
  }

  get indexes(): string[] {
    return this.asked.map(({ index }) => index);
  }
}

const abort = new Set<AbortController>();
afterEach(() => {
  for (const controller of abort) controller.abort();
});

async function following(options: Partial<FollowOptions> = {}) {
  const [server, clock, stop] = [new Server(), new FakeClock(), new AbortController()];
  abort.add(stop);
  const given: string[] = [];
  const retries: Retry[] = [];
  const ended = (async () => {
    const replies = follow(server.read, {
      clock,
      random: () => 1,
      signal: stop.signal,
      onRetry: (retry) => retries.push(retry),
      ...options,
    });
    for await (const { value } of replies) given.push(value);
    return 'ended';
  })();
  ended.catch(() => {});
  await settle();
  return { server, clock, stop, given, retries, ended };
}

test('the first read has no index, the next ones have that of the answer before', async () => {
  const { server, given } = await following();
  await server.answer(7, 'a');
  await server.answer(9, 'b');
  expect(server.indexes).toEqual(['0', '7', '9']);
  expect(given).toEqual(['a', 'b']);
});

test('a wait that ran out gives nothing on and is begun again at once', async () => {
  const { server, clock, given } = await following();
  await server.answer(7, 'a');
  await clock.advance(300_000);
  await server.answer(7, 'a');
  expect(server.indexes).toEqual(['0', '7', '7']);
  expect(given).toEqual(['a']);
});

test('an index that went back starts over without one, and its value is given on once', async () => {
  const { server, given } = await following();
  await server.answer(700, 'old');
  await server.answer(12, 'restored');
  expect(server.indexes).toEqual(['0', '700', '0']);
  await server.answer(12, 'restored');
  expect(server.indexes).toEqual(['0', '700', '0', '12']);
  expect(given).toEqual(['old', 'restored']);
});

test('an index that goes back again and again, as of two clusters behind one address, is asked for ever more slowly', async () => {
  const { server, clock } = await following();
  const turn = async () => {
    await server.answer(700, 'one');
    await server.answer(12, 'other');
  };
  await turn();
  expect(clock.delays).toEqual([]);
  await turn();
  expect(clock.delays).toEqual([100]);
  await clock.advance(100);
  await turn();
  expect(clock.delays).toEqual([200]);
  await clock.advance(200);
  // It held a read for longer than a moment: that was the end of it.
  await clock.advance(1_000);
  await turn();
  expect(clock.delays).toEqual([]);
});

test.each([
  { name: 'an index of 0', index: 0 },
  { name: 'no index', index: '0' },
])('$name counts as 1, so that the next read blocks', async ({ index }) => {
  const { server } = await following();
  await server.answer(index, 'a');
  expect(server.indexes).toEqual(['0', '1']);
});

test('a server that answers at once without news is asked ever more slowly', async () => {
  const { server, clock, given } = await following();
  await server.answer(1, 'a');
  await server.answer(1, 'a');
  expect(server.asked).toHaveLength(2);
  expect(clock.delays).toEqual([100]);
  await clock.advance(100);
  await server.answer(1, 'a');
  expect(clock.delays).toEqual([200]);
  await clock.advance(200);
  await server.answer(2, 'b');
  expect(clock.delays).toEqual([]);
  expect(given).toEqual(['a', 'b']);
});

test('indexes beyond 2^53 keep their digits, and names of states have no order', async () => {
  const { server, given } = await following({ unordered: true });
  await server.answer('17179869184123456789', 'a');
  await server.answer('9007199254740993', 'b');
  await server.answer('9007199254740994', 'c');
  expect(server.indexes).toEqual(['0', '17179869184123456789', '9007199254740993', '9007199254740994']);
  expect(given).toEqual(['a', 'b', 'c']);
});

test('the wait is passed on', async () => {
  const { server } = await following({ waitMs: 60_000 });
  expect(server.asked[0]?.waitMs).toBe(60_000);
});

describe('failures', () => {
  test('the waits double up to their limit, each half chance', async () => {
    const { server, clock, retries } = await following({ random: () => 0.5, retryLimits: { firstMs: 100, mostMs: 350 } });
    for (const expected of [75, 150, 262.5, 262.5]) {
      await server.fail(new ConnectionError('nobody there'));
      expect(clock.delays).toEqual([expected]);
      await clock.advance(expected);
    }
    expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  });

  test('a good answer makes the next failure the first again', async () => {
    const { server, clock, retries } = await following();
    await server.fail(new ConnectionError('nobody there'));
    await clock.advance(60_000);
    await server.answer(5, 'a');
    await server.fail(new ConnectionError('nobody there'));
    expect(retries.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  test('after a failure it starts over, and gives the value on although its index is the same', async () => {
    const { server, clock, given } = await following();
    await server.answer(5, 'a');
    await server.fail(new ConnectionError('restarted'));
    await clock.advance(60_000);
    await server.answer(5, 'b');
    expect(server.indexes).toEqual(['0', '5', '0', '5']);
    expect(given).toEqual(['a', 'b']);
  });

  test.each([
    { name: 'half a minute', asked: 30_000, waited: 30_000 },
    { name: 'a day, up to a minute', asked: 86_400_000, waited: 60_000 },
  ])('Retry-After of a 429 is honoured: $name', async ({ asked, waited }) => {
    const { server, clock } = await following();
    await server.fail(new ResponseError({ status: 429, body: 'slow down', retryAfterMs: asked }));
    expect(clock.delays).toEqual([waited]);
  });

  test('what the listener throws ends the loop', async () => {
    const { server, ended } = await following({
      onRetry: ({ error }) => {
        throw error;
      },
    });
    await server.fail(new ConnectionError('give up'));
    await expect(ended).rejects.toThrow('give up');
  });
});

describe('the signal', () => {
  test('lets go of the read under way', async () => {
    const { stop, ended, retries } = await following();
    stop.abort();
    await expect(ended).resolves.toBe('ended');
    expect(retries).toEqual([]);
  });

  test('lets go of the wait after a failure', async () => {
    const { server, clock, stop, ended } = await following();
    await server.fail(new ConnectionError('nobody there'));
    stop.abort();
    await expect(ended).resolves.toBe('ended');
    expect(clock.delays).toEqual([]);
  });

  test('fired before the start asks nothing', async () => {
    const { server, ended } = await following({ signal: AbortSignal.abort() });
    await expect(ended).resolves.toBe('ended');
    expect(server.asked).toEqual([]);
  });
});

test('a slow consumer skips what was in between and gets the last state', async () => {
  const [clock, stop, asked] = [new FakeClock(), new AbortController(), [] as string[]];
  let [index, value] = [1, 'first'];
  const read = async (at: FollowPoint): Promise<Reply<string>> => {
    asked.push(at.index);
    return { value, index, indexText: `${index}`, knownLeader: true, lastContactMs: 0 };
  };
  const replies = follow(read, { clock, random: () => 1, signal: stop.signal });
  expect((await replies.next()).value?.value).toBe('first');
  [index, value] = [2, 'second'];
  [index, value] = [3, 'third'];
  expect((await replies.next()).value?.value).toBe('third');
  expect(asked).toEqual(['0', '1']);
  stop.abort();
});
