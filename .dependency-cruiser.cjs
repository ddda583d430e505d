// The rooms and their borders, as docs/ARCHITECTURE.md draws them. A room may import only what is listed for it.
const rooms = {
  'src/lib': [],
  'src/model': ['src/lib'],
  'src/config': ['src/model', 'src/lib'],
  'src/storage': ['src/model', 'src/lib'],
  'src/state': ['src/model', 'src/lib'],
  'src/acl': ['src/model', 'src/lib'],
  'src/connect': ['src/model', 'src/lib'],
  'src/checks': ['src/model', 'src/lib'],
  'src/client': ['src/model', 'src/lib'],
  'src/cluster': ['src/model', 'src/lib'],
  'src/dns': ['src/model', 'src/lib'],
  'src/ui': ['src/model'],
  'src/server': ['src/state', 'src/storage', 'src/acl', 'src/connect', 'src/model', 'src/lib'],
  'src/agent': ['src/checks', 'src/acl', 'src/model', 'src/lib'],
  'src/http': ['src/agent', 'src/ui', 'src/model', 'src/lib'],
  'src/daemon': [
    'src/lib',
    'src/model',
    'src/config',
    'src/storage',
    'src/state',
    'src/acl',
    'src/connect',
    'src/server',
    'src/cluster',
    'src/checks',
    'src/agent',
    'src/http',
    'src/dns',
    'watch',
  ],
  'src/cli': ['src/daemon', 'watch', 'src/config', 'src/client', 'src/connect', 'src/model', 'src/lib'],
  watch: ['src/client', 'src/model', 'src/lib'],
  templater: ['src/client', 'src/model', 'src/lib'],
};
// Each package has one door.
const doors = {
  fastify: '^src/http/',
  'dns-packet': '^src/dns/wire',
  'classic-level': '^src/storage/level',
  handlebars: '^templater/',
  chokidar: '^src/lib/file-watch',
  execa: '^test/', // starts programs in tests only: docs/decisions/child-processes.md
  toml: '^src/lib/config-file',
  yaml: '^src/lib/yaml',
  cac: '^src/lib/argv',
  re2js: '^src/lib/linear-pattern',
  'prom-client': '^src/lib/metrics-prometheus',
};
const anyRoom = '^(src/[^/]+|watch|templater)/';
const borders = Object.entries(rooms).map(([room, allowed]) => ({
  name: `border-of-${room.replace('/', '-')}`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { path: anyRoom, pathNot: [room, ...allowed].map((r) => `^${r}/`) },
}));
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    ...borders,
    ...Object.entries(doors).map(([name, door]) => ({
      name: `door-of-${name}`,
      severity: 'error',
      from: { path: anyRoom, pathNot: door },
      to: { path: `node_modules/${name}/` },
    })),
    {
      name: 'daemon-only-from-agent-command',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/commands/agent' },
      to: { path: '^src/daemon/' },
    },
    {
      name: 'watch-only-from-watch-command',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/commands/watch' },
      to: { path: '^watch/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
