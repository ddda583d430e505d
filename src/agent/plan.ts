/**
 * What a set of definitions from files means for what runs now: looked at and refused as a whole before anything is changed. What is as
 * it was is left alone, so that it is never gone for a moment and its checks keep their pace.
 */

import { goQuote } from '../lib/go-quote.js';
import { sameJson } from '../lib/same-json.js';
import { checkFault } from '../model/decode/check-definition.js';
import type { CheckDefinition, ServiceDefinition } from '../model/definitions.js';
import { MeshError } from '../model/errors.js';
import type { Definitions } from './local-agent.js';
import type { LocalState } from './local-state.js';
import { checksOf } from './records.js';
import { checksRefusal } from './rules.js';
import type { AgentSettings } from './settings.js';

export interface Plan {
  readonly servicesToPlace: readonly ServiceDefinition[];
  readonly checksToPlace: readonly CheckDefinition[];
  readonly servicesToDrop: readonly string[];
  readonly checksToDrop: readonly string[];
  /** Everything the files define, changed or not: what was kept under the same id has lost. */
  readonly serviceIds: ReadonlySet<string>;
  readonly checkIds: ReadonlySet<string>;
}

/**
 * @param keptServices ids of services that came over HTTP and will be there too
 * @throws MeshError config-invalid that names the service or check
 */
export function planDefinitions(
  { services, checks }: Definitions,
  {
    state,
    settings,
    keptServices,
  }: { readonly state: LocalState; readonly settings: AgentSettings; readonly keptServices: ReadonlySet<string> },
): Plan {
  for (const service of services) refuseService(service, settings);
  // Equal ids: the last one stays.
  const servicesById = new Map(services.map((service) => [service.ID, service]));
  const named = checks.map((check) => (check.CheckID === '' ? { ...check, CheckID: check.Name } : check));
  for (const check of named) refuseCheck(check, { servicesById, keptServices, settings });
  const checksById = new Map(named.map((check) => [check.CheckID, check]));
  return {
    servicesToPlace: [...servicesById.values()].filter((service) => !isServiceInPlace(service, state)),
    checksToPlace: [...checksById.values()].filter((check) => !isCheckInPlace(check, state)),
    servicesToDrop: state
      .services()
      .filter(({ source, sidecarOf, record }) => source === 'file' && sidecarOf === '' && !servicesById.has(record.ID))
      .map(({ record }) => record.ID),
    checksToDrop: state
      .checks()
      .filter(({ source, isInside, record }) => source === 'file' && !isInside && !checksById.has(record.CheckID))
      .map(({ record }) => record.CheckID),
    serviceIds: new Set(servicesById.keys()),
    checkIds: new Set([...checksById.keys(), ...[...servicesById.values()].flatMap(checksOf).map(({ CheckID }) => CheckID)]),
  };
}

function refuseService(service: ServiceDefinition, settings: AgentSettings): void {
  const refuse = (reason: string) => {
    throw new MeshError('config-invalid', `Failed to register service ${goQuote(service.Name)}: ${reason}`);
  };
  if (service.Name === '') refuse('Service name missing');
  const fault = service.Checks.map(checkFault).find((text) => text !== '');
  if (fault) throw new MeshError('config-invalid', `Failed to validate checks for service ${goQuote(service.Name)}: ${fault}`);
  const refusal = checksRefusal([...service.Checks, ...(service.sidecar?.Checks ?? [])], 'file', settings);
  if (refusal !== '') refuse(refusal);
}

interface CheckContext {
  readonly servicesById: ReadonlyMap<string, ServiceDefinition>;
  readonly keptServices: ReadonlySet<string>;
  readonly settings: AgentSettings;
}

function refuseCheck(check: CheckDefinition, { servicesById, keptServices, settings }: CheckContext): void {
  const refuse = (reason: string) => {
    throw new MeshError('config-invalid', `Failed to register check '${check.Name}': ${reason}`);
  };
  if (check.CheckID === '') refuse('CheckID missing');
  const fault = checkFault(check);
  if (fault !== '') refuse(`Check is not valid: ${fault}`);
  const refusal = checksRefusal([check], 'file', settings);
  if (refusal !== '') refuse(refusal);
  const owner = check.ServiceID;
  if (owner !== '' && !servicesById.has(owner) && !keptServices.has(owner)) refuse(`ServiceID ${goQuote(owner)} does not exist`);
}

function isServiceInPlace(service: ServiceDefinition, state: LocalState): boolean {
  const local = state.service(service.ID);
  return (
    local?.source === 'file' &&
    sameJson(local.definition, service) &&
    (service.sidecar === null || state.services().some(({ sidecarOf }) => sidecarOf === service.ID)) &&
    checksOf(service).every(({ CheckID }) => state.check(CheckID)?.source === 'file')
  );
}

function isCheckInPlace(check: CheckDefinition, state: LocalState): boolean {
  const local = state.check(check.CheckID);
  return local?.source === 'file' && !local.isInside && local.definition !== null && sameJson(local.definition, check);
}
