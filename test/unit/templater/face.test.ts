import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faceOf } from '../../../templater/face.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-face-'));
  for (const [folder, file] of [
    ['native', 'a.toml'],
    ['hcl', 'a.hcl'],
    ['empty', ''],
  ] as const) {
    mkdirSync(join(directory, folder));
    if (file !== '') writeFileSync(join(directory, folder, file), '');
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  { argv: ['-consul-addr', 'a:1'], face: 'consul-template' },
  { argv: ['-once', '-template', 'a:b'], face: 'consul-template' },
  { argv: ['-once'], face: 'consul-template' },
  { argv: ['-template=a:b'], face: 'consul-template' },
  { argv: ['--dry'], face: 'consul-template' },
  { argv: ['-config', 'conf.hcl'], face: 'consul-template' },
  { argv: ['-config', 'a.toml', '-config', 'conf.hcl'], face: 'consul-template' },
  { argv: ['-config=@/hcl'], face: 'consul-template' },
  { argv: ['-config=@/empty'], face: 'consul-template' },
  { argv: ['-dedup'], face: 'consul-template' },
  { argv: ['-config', 'conf.d/nginx.toml'], face: 'native' },
  { argv: ['-once', '-config', 'a.toml'], face: 'native' },
  { argv: ['-config', '@/native', '-onetime'], face: 'native' },
  { argv: ['-onetime', '-log-level', 'debug'], face: 'confd' },
  { argv: [], face: 'confd' },
])('$argv is for $face', ({ argv, face }) => {
  expect(faceOf(argv.map((word) => word.replace('@', directory)))).toBe(face);
});
