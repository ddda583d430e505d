/** A local agent on a real server with memory storage and a clock that stands still. */
import { Agent } from '../../../src/agent/agent.js';
import type { Definitions } from '../../../src/agent/local-agent.js';
import { type AgentSettings, agentDefaults } from '../../../src/agent/settings.js';
import type { Logger, LogLevel } from '../../../src/lib/log.js';
import type { Backend } from '../../../src/model/backend.js';
import { checkFromBody, checkInFile } from '../../../src/model/decode/check-definition.js';
import { serviceFromBody, serviceInFile } from '../../../src/model/decode/service-definition.js';
import { decodeFile } from '../../../src/model/decode.js';
import type { FakeClock } from '../../support/fake-clock.js';
import { listArguments, type Harness as ServerHarness, startServer } from '../server/harness.js';

export interface AgentHarness extends ServerHarness {
  readonly agent: Agent;
  readonly lines: string[];
  readonly clock: FakeClock;
  service(body: object, replaceExistingChecks?: boolean): Promise<void>;
  check(body: object): Promise<void>;
  /** "web-1 80 a,b" for each instance of the service in the catalog. */
  instances(service: string): Promise<readonly string[]>;
  /** "id status output" of the node's checks in the catalog, by id. */
  catalogChecks(): Promise<readonly string[]>;
  /** The same of the local state. */
  localChecks(): readonly string[];
}

export interface Options {
  readonly settings?: Partial<AgentSettings>;
  readonly definitions?: Definitions;
  readonly server?: ServerHarness;
  readonly backend?: (real: Backend) => Backend;
  readonly registerServer?: () => Promise<void>;
}

export const nothing: Definitions = { services: [], checks: [] };

export async function startLocalAgent({
  settings = {},
  definitions = nothing,
  server,
  backend = (real) => real,
  registerServer,
}: Options = {}): Promise<AgentHarness> {
  const harness = server ?? (await startServer());
  const lines: string[] = [];
  const { clock } = harness;
  const agent = new Agent({
    settings: { ...agentDefaults, node: ownNode, ...settings },
    backend: backend(harness.server.backend),
    clusterSize: () => 1,
    ...(registerServer && { registerServer }),
    clock,
    random: () => 0.5,
    log: recorder(lines),
  });
  await agent.start(definitions);
  await clock.advance(0);
  const shown = ({ CheckID, Status, Output }: { CheckID: string; Status: string; Output: string }) =>
    `${CheckID} ${Status} ${Output}`.trim();
  const register = { source: 'api', token: '' } as const;
  return {
    ...harness,
    agent,
    lines,
    service: (body, replaceExistingChecks = false) => agent.registerService(serviceFromBody(body), { ...register, replaceExistingChecks }),
    check: (body) => agent.registerCheck(checkFromBody(body), { ...register, replaceExistingChecks: false }),
    async instances(service) {
      const { value } = await harness.query({ kind: 'catalog.service', service, tags: [], connect: false, ...listArguments });
      return value.map(({ Service: { ID, Port, Tags } }) => `${ID} ${Port} ${Tags.join()}`.trim());
    },
    async catalogChecks() {
      const { value } = await harness.query({ kind: 'health.node', node: ownNode.Node, filter: '' });
      return value.map(shown).sort();
    },
    localChecks: () => [...agent.checks().values()].map(shown).sort(),
  };
}

export const ownNode = {
  ID: '11111111-2222-3333-4444-555555555555',
  Node: 'me',
  Address: '10.0.0.9',
  Datacenter: 'dc1',
  TaggedAddresses: { lan: '10.0.0.9' },
  Meta: { rack: 'r1' },
};

/** Definitions as files have them. */
export function files({ services = [], checks = [] }: { services?: readonly object[]; checks?: readonly object[] }): Definitions {
  return {
    services: services.map((service) => decodeFile(serviceInFile, service).value),
    checks: checks.map((check) => decodeFile(checkInFile, check).value),
  };
}

function recorder(lines: string[]): Logger {
  const logger: Logger = {
    log(level: LogLevel, text: string, fields = {}) {
      const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${value instanceof Error ? value.message : value}`);
      lines.push(`${level} ${text}${pairs.join('')}`);
    },
    named: () => logger,
  };
  return logger;
}
