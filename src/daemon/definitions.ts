/**
 * Services and checks of the configuration files, handed to the agent: services first, because checks may belong to services of other
 * files. A reload brings in what is new, takes out what is gone, and leaves running what stays; if one of the new ones is refused,
 * the old ones are put back.
 */
import type { LocalAgent, RegisterOptions } from '../agent/local-agent.js';
import { goQuote } from '../lib/go-quote.js';
import { checkFault } from '../model/decode/check-definition.js';
import type { CheckDefinition, ServiceDefinition } from '../model/definitions.js';
import { MeshError } from '../model/errors.js';

export interface Definitions {
  readonly services: readonly ServiceDefinition[];
  readonly checks: readonly CheckDefinition[];
}

export const noDefinitions: Definitions = { services: [], checks: [] };

/** @throws MeshError config-invalid; the agent has what it had before */
export async function exchangeDefinitions(agent: LocalAgent, before: Definitions, after: Definitions): Promise<void> {
  refuseFaulty(after);
  try {
    await bringIn(agent, after);
  } catch (error) {
    await takeOut(agent, after, before);
    await bringIn(agent, before);
    throw error;
  }
  await takeOut(agent, before, after);
}

/** What can be seen without asking the agent. */
function refuseFaulty({ services, checks }: Definitions): void {
  for (const service of services) {
    if (service.Name === '') throw refusal(`Failed to register service ${goQuote(service.ID)}: Service name missing`);
    const fault = service.Checks.map(checkFault).find((text) => text !== '');
    if (fault) throw refusal(`Failed to validate checks for service ${goQuote(service.Name)}: ${fault}`);
  }
  for (const check of checks) {
    if (checkId(check) === '') throw refusal(`Failed to register check '${check.Name}': CheckID missing`);
    const fault = checkFault(check);
    if (fault !== '') throw refusal(`Failed to register check '${check.Name}': Check is not valid: ${fault}`);
  }
}

async function bringIn(agent: LocalAgent, { services, checks }: Definitions): Promise<void> {
  for (const service of services)
    await named(`Failed to register service ${goQuote(service.ID)}`, () => agent.registerService(service, fromFile(service.Token)));
  for (const check of checks)
    await named(`Failed to register check '${check.Name}'`, () => {
      if (check.ServiceID !== '' && !agent.services().has(check.ServiceID))
        throw refusal(`ServiceID ${goQuote(check.ServiceID)} does not exist`);
      return agent.registerCheck({ ...check, CheckID: checkId(check) }, fromFile(check.Token));
    });
}

/** What is in `before` and not in `after`. */
async function takeOut(agent: LocalAgent, before: Definitions, after: Definitions): Promise<void> {
  const keptChecks = new Set(after.checks.map(checkId));
  const keptServices = new Set(after.services.map(({ ID }) => ID));
  for (const check of before.checks)
    if (!keptChecks.has(checkId(check)) && agent.checks().has(checkId(check))) await agent.deregisterCheck(checkId(check), check.Token);
  for (const { ID, Token } of before.services)
    if (!keptServices.has(ID) && agent.services().has(ID)) await agent.deregisterService(ID, Token);
}

/** A check without an id goes by its name. */
function checkId({ CheckID, Name }: CheckDefinition): string {
  return CheckID || Name;
}

/** The checks of a service are exactly those of its file. */
function fromFile(token: string): RegisterOptions {
  return { source: 'file', token, replaceExistingChecks: true };
}

async function named(what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    throw new MeshError('config-invalid', `${what}: ${error.message}`, { cause: error });
  }
}

function refusal(text: string): MeshError {
  return new MeshError('config-invalid', text);
}
