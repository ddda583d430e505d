import { expect, test } from 'vitest';
import { inColor, plain, planText } from '../../../../templater/plan/plan-text.js';
import { aResource } from '../support.js';

const state = (content: Uint8Array, more = {}) => ({ content, mode: 0o644, uid: 0, gid: 0, ...more });
const change = (before: Uint8Array | undefined, wanted: Uint8Array | undefined, more = {}) => ({
  resource: aResource({}),
  destination: '/etc/a',
  before: before && state(before),
  wanted: wanted && state(wanted, more),
  link: undefined,
  reasons: [],
});
const plan = (changes: ReturnType<typeof change>[]) => ({
  changes,
  commands: [],
  held: [],
  failures: ['x: broken'],
  resources: 1,
  watches: 1,
});

test('on a terminal it is coloured', () => {
  const text = planText(plan([change(Buffer.from('a\n'), Buffer.from('b\n'), { uid: 33 })]), inColor);
  expect(text).toContain('\x1b[1m--- /etc/a\x1b[0m\n');
  expect(text).toContain('\x1b[33mowner 0:0 -> 33:0\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n\x1b[31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n');
  expect(text).toContain('\x1b[31mFailed: x: broken\x1b[0m');
});

test('bytes that are no text are not shown', () => {
  expect(planText(plan([change(Buffer.from([0xff]), Buffer.from('b'))]), plain)).toContain('+++ /etc/a\nthe contents are not text\n');
  expect(planText(plan([change(undefined, Buffer.from('a\0b'))]), plain)).toContain('the contents are not text\n');
});

test('a link that is replaced is told', () => {
  expect(planText(plan([{ ...change(Buffer.from('a'), Buffer.from('b')), link: '/elsewhere' as unknown as undefined }]), plain)).toContain(
    'replaces a symbolic link to /elsewhere\n',
  );
});
