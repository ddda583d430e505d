/** The page with as much of a browser around it as it needs: its script runs as it stands. */
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { overviewPage } from '../../../src/ui/overview-page.js';

const between = (tag: string) => new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(overviewPage)?.[1] ?? '';

class FakeElement {
  value = '';
  textContent = '';
  className = '';
  children: FakeElement[] = [];
  listeners: (() => void)[] = [];
  append(...more: FakeElement[]): void {
    this.children.push(...more);
  }
  replaceChildren(...more: FakeElement[]): void {
    this.children = more;
  }
  addEventListener(_name: string, listener: () => void): void {
    this.listeners.push(listener);
  }
  get cells(): string[] {
    return this.children.map(({ textContent, className }) => (className === '' ? `${textContent}` : `${textContent} (${className})`));
  }
}

const answers: Readonly<Record<string, unknown>> = {
  services: [
    { Name: 'web', Kind: '', InstanceCount: 2, Tags: ['v1', 'v2'], ChecksPassing: 3, ChecksWarning: 0, ChecksCritical: 1 },
    { Name: '<b>db</b>', Kind: 'connect-proxy', InstanceCount: 1, Tags: null, ChecksPassing: 1, ChecksWarning: 0, ChecksCritical: 0 },
  ],
  nodes: [{ Node: 'n1', Address: '10.0.0.1', Services: [{}, {}], Checks: [{ Status: 'passing' }, { Status: 'warning' }] }],
};

async function opened() {
  const elements = new Map<string, FakeElement>();
  const asked: string[] = [];
  const document = {
    getElementById: (id: string) => elements.get(id) ?? elements.set(id, new FakeElement()).get(id),
    createElement: () => new FakeElement(),
  };
  const fetch = async (url: string) => {
    asked.push(url);
    const what = /ui\/(\w+)/.exec(url)?.[1] ?? '';
    if (!url.includes('index=0')) return new Promise(() => {}); // it waits for news
    return { ok: true, headers: new Map([['X-Consul-Index', '7']]), json: async () => answers[what] };
  };
  runInNewContext(between('script'), { document, fetch, setTimeout: (done: () => void) => queueMicrotask(done) });
  await expect.poll(() => asked.length).toBe(4);
  return { asked, at: (id: string) => elements.get(id) ?? new FakeElement() };
}

test('shows services and nodes, and waits for what is newer', async () => {
  const { asked, at } = await opened();
  expect(at('services').children.map(({ cells }) => cells)).toEqual([
    ['web', '', '2', '1 critical, 3 passing (critical)', 'v1, v2'],
    ['<b>db</b>', 'connect-proxy', '1', '1 passing (passing)', ''],
  ]);
  expect(at('nodes').children.map(({ cells }) => cells)).toEqual([['n1', '10.0.0.1', '2', '1 warning, 1 passing (warning)']]);
  expect(asked.sort()).toEqual(
    ['nodes', 'services'].flatMap((what) => [0, 7].map((index) => `/v1/internal/ui/${what}?wait=60s&index=${index}`)),
  );
});

test('a search leaves the names that hold it', async () => {
  const { at } = await opened();
  at('search').value = 'DB';
  for (const listener of at('search').listeners) listener();
  expect(at('services').children.map(({ cells }) => cells[0])).toEqual(['<b>db</b>']);
  expect(at('nodes').children).toEqual([]);
});

test('its policy names its own script and style and nothing else', () => {
  const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(overviewPage)?.[1];
  expect(policy).toBe(
    `default-src 'none'; connect-src 'self'; style-src ${hashOf(between('style'))}; script-src ${hashOf(between('script'))}; base-uri 'none'; form-action 'none'`,
  );
});
