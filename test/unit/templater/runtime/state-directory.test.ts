import { expect, test } from 'vitest';
import { stateDirectoryOf } from '../../../../templater/runtime/state-directory.js';

const root = { uid: 0, gid: 0 };
const user = { uid: 1000, gid: 1000 };

test.each([
  { name: 'root keeps it in /var/lib', own: root, environment: {}, directory: '/var/lib/mesh-template' },
  { name: 'a user has one below home', own: user, environment: { HOME: '/home/a' }, directory: '/home/a/.local/state/mesh-template' },
  { name: 'or where XDG says', own: user, environment: { HOME: '/home/a', XDG_STATE_HOME: '/s' }, directory: '/s/mesh-template' },
  { name: 'a service has what systemd made', own: root, environment: { STATE_DIRECTORY: '/var/lib/web' }, directory: '/var/lib/web' },
  { name: 'the first of several', own: user, environment: { STATE_DIRECTORY: '/a:/b', XDG_STATE_HOME: '/s' }, directory: '/a' },
])('$name', ({ own, environment, directory }) => {
  expect(stateDirectoryOf({ own, environment })).toBe(directory);
});
