/** The kinds of checks: which one a definition means, and how to start it. A new kind is a probe and a row in each of the two tables. */
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Random } from '../lib/random.js';
import type { CheckDefinition } from '../model/definitions.js';
import { type AliasSource, startAliasCheck } from './alias.js';
import { type DockerEngine, dockerProbe, parseDockerHost } from './docker-probe.js';
import { grpcProbe } from './grpc-probe.js';
import { h2pingProbe } from './h2ping-probe.js';
import { httpProbe } from './http-probe.js';
import { startPeriodicCheck } from './periodic.js';
import type { Probe, ProbeSettings, ProbeTls } from './probe.js';
import type { Report, RunningCheck } from './running-check.js';
import { scriptProbe } from './script-probe.js';
import { tcpProbe } from './tcp-probe.js';
import { Thresholds } from './thresholds.js';
import { startTtlCheck } from './ttl.js';

/** What all checks of an agent share. */
export interface CheckEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  /** The agent's logger. */
  readonly log: Logger;
  /** `check_output_max_size`: a check may ask for less, not for more. */
  readonly outputBytesMax: number;
  /** The agent's certificates when `enable_agent_tls_for_checks` is on; null otherwise. */
  readonly agentTls: Omit<ProbeTls, 'skipVerify'> | null;
  /** Address of the container engine (`DOCKER_HOST`), '' for the usual socket. */
  readonly dockerHost: string;
  readonly aliases: AliasSource;
}

/** What every probe gets besides the definition. */
interface ProbeInput {
  readonly settings: ProbeSettings;
  readonly tls: ProbeTls;
  readonly environment: CheckEnvironment;
}

export type CheckKind = 'ttl' | 'http' | 'tcp' | 'grpc' | 'docker' | 'script' | 'h2ping' | 'alias';

const isKind: Readonly<Record<CheckKind, (check: CheckDefinition) => boolean>> = {
  ttl: ({ ttlMs }) => ttlMs > 0,
  http: ({ HTTP }) => HTTP !== '',
  tcp: ({ TCP }) => TCP !== '',
  grpc: ({ GRPC }) => GRPC !== '',
  docker: ({ DockerContainerID }) => DockerContainerID !== '',
  script: ({ Args }) => Args.length > 0,
  h2ping: ({ H2PING }) => H2PING !== '',
  alias: ({ AliasNode, AliasService }) => AliasNode !== '' || AliasService !== '',
};

/** When a definition names several kinds, the first of these is run; what is shown as its type goes by another order. */
const runOrder: readonly CheckKind[] = ['ttl', 'http', 'tcp', 'grpc', 'docker', 'script', 'h2ping', 'alias'];
const typeOrder: readonly CheckKind[] = ['grpc', 'http', 'ttl', 'tcp', 'alias', 'docker', 'script', 'h2ping'];

/** `Type` of the check's record. */
export function checkType(check: CheckDefinition): CheckKind | '' {
  return typeOrder.find((kind) => isKind[kind](check)) ?? '';
}

/** Whether it runs programs, here or in a container, and so must be allowed. */
export function isScript(check: CheckDefinition): boolean {
  return check.Args.length > 0;
}

export const intervalMinMs = 1000;

/** Starts a valid check (see `checkFault`); results go to `report`. */
export function startCheck(check: CheckDefinition, environment: CheckEnvironment, report: Report): RunningCheck {
  const { clock, random, log } = environment;
  const outputBytesMax = check.OutputMaxSize > 0 ? Math.min(check.OutputMaxSize, environment.outputBytesMax) : environment.outputBytesMax;
  const common = { checkId: check.CheckID, outputBytesMax, report, clock, random, log };
  const kind = runOrder.find((candidate) => isKind[candidate](check));
  if (kind === 'ttl') return startTtlCheck({ ...common, ttlMs: check.ttlMs });
  if (kind === 'alias' || kind === undefined)
    return startAliasCheck({ ...common, node: check.AliasNode, serviceId: check.AliasService, source: environment.aliases });
  if (check.intervalMs < intervalMinMs)
    log.log('warn', 'check has interval below minimum', { check: check.CheckID, minimum_interval: '1s' });
  const { timeoutMs, make } = probes[kind];
  const settings = { checkId: check.CheckID, timeoutMs: check.timeoutMs > 0 ? check.timeoutMs : timeoutMs, outputBytesMax, log };
  return startPeriodicCheck({
    ...common,
    probe: make(check, { settings, tls: probeTls(check, environment), environment }),
    intervalMs: Math.max(check.intervalMs, intervalMinMs),
    thresholds: new Thresholds({
      checkId: check.CheckID,
      successBeforePassing: check.SuccessBeforePassing,
      failuresBeforeCritical: check.FailuresBeforeCritical,
      log,
    }),
  });
}

interface ProbeRow {
  /** When the definition gives none. */
  readonly timeoutMs: number;
  readonly make: (check: CheckDefinition, input: ProbeInput) => Probe;
}

const probes: Readonly<Record<Exclude<CheckKind, 'ttl' | 'alias'>, ProbeRow>> = {
  http: {
    timeoutMs: 10_000,
    make: ({ HTTP, Method, Body, Header, DisableRedirects }, { settings, tls }) =>
      httpProbe({ url: HTTP, method: Method, body: Body, headers: Header, disableRedirects: DisableRedirects, tls }, settings),
  },
  tcp: { timeoutMs: 10_000, make: ({ TCP }, { settings }) => tcpProbe(TCP, settings) },
  grpc: {
    timeoutMs: 10_000,
    make: ({ GRPC, GRPCUseTLS }, { settings, tls }) => grpcProbe({ address: GRPC, tls: GRPCUseTLS ? tls : null }, settings),
  },
  docker: {
    timeoutMs: 0,
    make: ({ DockerContainerID, Args }, { settings, environment }) =>
      dockerProbe({ container: DockerContainerID, args: Args, engine: dockerEngine(environment.dockerHost) }, settings),
  },
  script: { timeoutMs: 30_000, make: ({ Args }, { settings }) => scriptProbe(Args, settings) },
  h2ping: { timeoutMs: 10_000, make: ({ H2PING }, { settings, tls }) => h2pingProbe(H2PING, tls, settings) },
};

/** Why a check cannot be started here, whatever its definition says; '' when it can. */
export function startFault(check: CheckDefinition, dockerHost: string): string {
  const needsEngine = check.DockerContainerID !== '' && dockerHost !== '' && parseDockerHost(dockerHost) === null;
  return needsEngine ? `unable to parse docker host \`${dockerHost}\`` : '';
}

function dockerEngine(dockerHost: string): DockerEngine {
  const engine = parseDockerHost(dockerHost || 'unix:///var/run/docker.sock');
  if (engine === null) throw new TypeError(`no address of an engine: ${dockerHost}`);
  return engine;
}

function probeTls(check: CheckDefinition, { agentTls }: CheckEnvironment): ProbeTls {
  const own = { skipVerify: check.TLSSkipVerify, authorities: [], certificate: '', key: '', serverName: '', ...agentTls };
  return check.TLSServerName === '' ? own : { ...own, serverName: check.TLSServerName };
}
