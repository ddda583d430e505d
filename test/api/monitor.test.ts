/** The log of a real agent as it is followed over the API. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually as eventuallyWithin, startAgent, type TestAgent } from '../support/agent.js';

let agent: TestAgent;
beforeAll(async () => {
  agent = await startAgent(['-dev', '-log-level=warn']);
});
afterAll(() => agent.stop());

function follow(query: string) {
  const followed = { text: '', ended: false, stop: () => {} };
  const sent = request(`${agent.http}/v1/agent/monitor${query}`, (response) => {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      followed.text += chunk;
    });
    response.on('error', () => {}); // cut by `stop`
    response.once('end', () => {
      followed.ended = true;
    });
  });
  sent.on('error', () => {});
  sent.end();
  followed.stop = () => sent.destroy();
  return followed;
}

const eventually = (attempt: () => unknown) => eventuallyWithin(async () => attempt(), { withinMs: 10_000 });
const reload = () => fetch(`${agent.http}/v1/agent/reload`, { method: 'PUT' });

test('a follower has a level of its own and the form it asked for; the agent stays as quiet as it was', async () => {
  const [debug, json, warn] = [follow('?loglevel=debug'), follow('?loglevel=debug&logjson'), follow('?loglevel=warn')];
  await eventually(async () => {
    await reload();
    expect(debug.text).toMatch(/^\S+ \[DEBUG\] agent: Configuration reloaded/m);
    expect(json.text).toMatch(/^\{"@level":"debug","@message":"Configuration reloaded"/m);
  });
  expect(warn.text).toBe('');
  expect(agent.output()).not.toContain('[DEBUG]');
  for (const one of [debug, json, warn]) one.stop();
  await reload();
  expect(agent.output()).not.toContain('[DEBUG]');
});

test('the stream ends when the agent stops', async () => {
  const followed = follow('?loglevel=debug');
  await eventually(async () => {
    await reload();
    expect(followed.text).not.toBe('');
  });
  await agent.stop();
  await eventually(() => expect(followed.ended).toBe(true));
  agent = await startAgent();
});
