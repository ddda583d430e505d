import { expect, test } from 'vitest';
import { prometheusText } from '../../../../src/lib/metrics-prometheus.js';
import { keyFromText } from '../../../../src/model/kv-key.js';
import type { MissingData } from '../../../../templater/data-source.js';
import { checksOf } from '../../../../templater/fleet/service.js';
import { ownGroup } from '../../../../templater/resource.js';
import type { Observed } from '../../../../templater/runtime/observer.js';
import { StatusBook } from '../../../../templater/status/book.js';
import { totalsOf } from '../../../../templater/status/metrics.js';
import { statusPage } from '../../../../templater/status/page.js';
import type { StatusReport } from '../../../../templater/status/report.js';
import { reportText, resourceText } from '../../../../templater/status/text.js';

const start = Date.parse('2026-01-31T12:00:00Z');
const group = ownGroup('web', '/etc/app.toml web');
const web: Observed = { name: 'web', source: '/etc/web.tmpl', destination: '/etc/web.conf', group };
const key = { kind: 'key', key: keyFromText('app/x'), datacenter: '' } as const;
const missing: MissingData = { dependency: key, at: { template: 'web.tmpl', line: 12, column: 0 } };
const rendering = { dependencies: [key], durationMs: 2, causes: ['key "app/x"'] };
const files = [{ destination: '/etc/web.conf', sha256: 'ab'.repeat(32) }];
const reload = { command: 'nginx -s reload', ok: true, exit: 'exit status 0', output: '', durationMs: 5, causes: ['key "app/x"'] };

function opened() {
  let nowMs = start;
  let changes = 0;
  const book = new StatusBook({ now: () => nowMs, onChange: () => (changes += 1) });
  const report = (): StatusReport => ({
    Process: { Pid: 1, Version: '1.0.0', Config: '/etc/app.toml', Instance: 'box:app', Started: new Date(start).toISOString() },
    Resources: book.resourceReports(),
    Groups: book.groupReports(),
    Exec: null,
  });
  const state = () => book.resourceReports()[0]?.State;
  return { book, report, state, pass: (ms: number) => (nowMs += ms), now: () => nowMs, changes: () => changes };
}

test('a resource from its beginning to its end', () => {
  const { book, state, report, pass, changes } = opened();
  book.began(web);
  expect(state()).toBe('starting');
  pass(5_000);
  book.waiting(web, [missing]);
  expect(state()).toBe('waiting');
  // It is told after five seconds of waiting.
  expect(report().Resources[0]?.Waiting).toEqual([{ What: 'key "app/x" (web.tmpl:12)', Since: '2026-01-31T12:00:00.000Z' }]);
  book.waiting(web, []);
  book.rendered(web, rendering);
  book.reloaded(group, reload);
  book.deployed(web, { files, index: 42 });
  expect(state()).toBe('ok');
  expect(report().Resources[0]).toMatchObject({ Dependencies: ['key "app/x"'], LastChange: ['key "app/x"'], Deployed: { Index: 42 } });
  book.failed(web, { stage: 'reload', message: 'Reload failed: exit status 1' });
  expect(state()).toBe('failing');
  book.deployed(web, { files, index: 43 });
  const old = 'cd'.repeat(32);
  book.pinned(group, {
    version: 3,
    since: '2026-01-31T11:00:00.000Z',
    files: [{ resource: 'web', destination: '/etc/web.conf', sha256: old }],
  });
  expect(state()).toBe('pinned');
  // It tells what is in place.
  expect(report()).toMatchObject({
    Resources: [{ Deployed: { Index: 0, Time: '2026-01-31T11:00:00.000Z', Files: [{ Sha256: old }] } }],
    Groups: [{ Pinned: { Version: 3, Since: '2026-01-31T11:00:00.000Z' } }],
  });
  book.resumed(group);
  expect(state()).toBe('ok');
  expect(changes()).toBe(10);
  book.ended(web);
  book.deployed(web, { files, index: 44 });
  expect(report()).toMatchObject({ Resources: [], Groups: [] });
});

test.each([
  { name: 'a change that could not be put in place is not wanted any more', stage: 'reload', state: 'pinned' },
  { name: 'a template that fails is', stage: 'render', state: 'failing' },
] as const)('pinned: $name', ({ stage, state: expected }) => {
  const { book, state } = opened();
  book.began(web);
  book.rollout(group, { lock: 'rollout/web', phase: 'failed', text: 'because' });
  book.failed(web, { stage, message: 'no' });
  book.pinned(group, { version: 3, since: '2026-01-31T11:00:00.000Z', files: [] });
  expect(state()).toBe(expected);
  book.resumed(group);
  expect(state()).toBe('failing');
});

test('files that stay the same keep their time', () => {
  const { book, report, pass } = opened();
  book.began(web);
  book.deployed(web, { files, index: 1 });
  pass(60_000);
  book.deployed(web, { files, index: 2 });
  expect(report().Resources[0]?.Deployed).toMatchObject({ Time: '2026-01-31T12:00:00.000Z', Index: 2 });
});

test('beginning again, as in rounds, forgets nothing', () => {
  const { book, state } = opened();
  book.began(web);
  book.failed(web, { stage: 'check', message: 'no' });
  book.began(web);
  expect(state()).toBe('failing');
});

test.each([
  { phase: 'turn', state: 'waiting', status: 'passing' },
  { phase: 'stopped', state: 'waiting', status: 'warning' },
  { phase: 'verifying', state: 'ok', status: 'passing' },
] as const)('in a rollout: $phase', ({ phase, state, status }) => {
  const { book, report } = opened();
  book.began(web);
  book.rendered(web, rendering);
  book.rollout(group, { lock: 'rollout/web', phase, text: 'because' });
  expect(report().Resources[0]?.State).toBe(state);
  expect(checksOf(report())).toMatchObject([{ id: 'box:app:web', status, why: status === 'passing' ? '' : 'because' }]);
});

test('all series are there with 0 from the beginning, and none names a host', async () => {
  const { book } = opened();
  book.began(web);
  const { text } = await prometheusText(totalsOf(book, { startedMs: start }));
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(series).toHaveLength(36);
  const nonZero = series.filter((line) => !line.endsWith(' 0'));
  expect(nonZero).toEqual([
    'mesh_template_start_time_seconds 1769860800',
    'mesh_template_resource_state{resource="web",state="starting"} 1',
    'mesh_template_last_reload_successful{group="web"} 1',
    'mesh_template_rollout_phase{group="web",phase="idle"} 1',
  ]);
  expect(series.every((line) => line.startsWith('mesh_template_'))).toBe(true);
});

test('counts grow', async () => {
  const { book, pass } = opened();
  book.began(web);
  pass(5_000);
  book.waiting(web, [missing]);
  pass(10_000);
  const waiting = await prometheusText(totalsOf(book, { startedMs: start }));
  expect(waiting.text).toContain('mesh_template_waiting_seconds{resource="web"} 15');
  book.waiting(web, []);
  book.rendered(web, rendering);
  book.failed(web, { stage: 'check', message: 'no' });
  book.reloaded(group, { ...reload, ok: false });
  const { text } = await prometheusText(totalsOf(book, { startedMs: start }));
  for (const line of [
    'mesh_template_waiting_seconds{resource="web"} 0',
    'mesh_template_waited_seconds_sum{resource="web"} 15',
    'mesh_template_render_seconds_sum{resource="web"} 0.002',
    'mesh_template_failures_total{resource="web",stage="check"} 1',
    'mesh_template_reload_seconds_count{group="web",result="failed"} 1',
    'mesh_template_last_reload_successful{group="web"} 0',
  ])
    expect(text).toContain(`${line}\n`);
});

test('the table, and all about one resource', () => {
  const { book, report, now } = opened();
  book.began(web);
  book.rendered(web, rendering);
  book.reloaded(group, { ...reload, output: 'ok\nreally' });
  book.deployed(web, { files, index: 42 });
  book.rollout(group, { lock: 'rollout/web', phase: 'idle', text: '' });
  expect(reportText(report(), now() + 90_000)).toBe(
    [
      'mesh-template 1.0.0, process 1, /etc/app.toml, began 90s ago',
      '',
      'RESOURCE  STATE  RENDERED  RELOADED  VERSION      WHY',
      'web       ok     90s ago   90s ago   abababab@42  key "app/x" changed last',
      '',
      'GROUP  RESOURCES  PINNED  ROLLOUT',
      'web    1          -       rollout/web: idle',
      '',
    ].join('\n'),
  );
  expect(resourceText(report(), 'web', now() + 7_300_000)).toContain('which said    ok | really\n');
  expect(resourceText(report(), 'none', now())).toBeUndefined();
});

test('the page shows names as text', () => {
  const { book, report, now } = opened();
  book.began({ ...web, name: '<script>alert("x")</script>' });
  const page = statusPage(report(), now());
  expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  expect(page).not.toContain('<script');
});

test.each([
  { name: 'that is started', exec: { State: 'started', Waiting: [] }, says: 'started' },
  {
    name: 'that waits',
    exec: { State: 'waiting', Waiting: [{ Resource: '<b>', Why: 'Config check failed:\nno' }] },
    says: 'waits for <b> (Config check failed: | no)',
  },
] as const)('a program $name is in the text and on the page', ({ exec, says }) => {
  const { report, now } = opened();
  const shown: StatusReport = { ...report(), Exec: { Command: 'nginx -g "daemon off;"', Since: report().Process.Started, ...exec } };
  expect(reportText(shown, now()).split('\n')[1]).toBe(`[exec] nginx -g "daemon off;": ${says}`);
  const page = statusPage(shown, now());
  expect(page).toContain('[exec] <code>nginx -g &quot;daemon off;&quot;</code>');
  expect(page).not.toContain('<b>');
});
