/**
 * What is asked again and again, kept ready: for a service question the query it comes to and, as long as the backend gives the same value, its
 * records as pieces on the wire. Names in capitals ask for the same thing; the bytes of the question are repeated from the packet.
 */
import type { HealthEntry } from '../model/catalog-answers.js';
import { choicesOf, healthyOf } from './answers/instances.js';
import { asked, zoneOf } from './asked.js';
import type { Context } from './context.js';
import { type ServiceQuery, serviceQuery } from './service-query.js';
import { Type } from './wire/codes.js';
import { nameLabels } from './wire/name.js';
import { Pieces } from './wire/pieces.js';

export interface ServicePlan extends ServiceQuery {
  value: readonly HealthEntry[] | null;
  /** null when `value` cannot be answered the quick way. */
  pieces: Pieces | null;
}

/** More different questions than this are asked by nobody but a scanner; then all are forgotten, and those in use come back at once. */
const plansMax = 2048;

export class Plans {
  /** By what is asked; null for what has no plan. */
  private readonly byKey = new Map<string, ServicePlan | null>();
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
  }

  /** @param key name and type, in lower case (`Request.key`) */
  planFor(key: string, type: number): ServicePlan | null {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    if (this.byKey.size >= plansMax) this.byKey.clear();
    const plan = this.make(key, type);
    this.byKey.set(key, plan);
    return plan;
  }

  /** @returns null when the answer has to be made record by record */
  piecesFor(plan: ServicePlan, value: readonly HealthEntry[]): Pieces | null {
    if (plan.value !== value) {
      plan.value = value;
      plan.pieces = makePieces(plan, value);
    }
    return plan.pieces;
  }

  private make(key: string, type: number): ServicePlan | null {
    const unusual: readonly number[] = [Type.SOA, Type.NS, Type.AXFR, Type.DS];
    if (this.context.settings.disableCompression || unusual.includes(type)) return null;
    const labels = nameLabels(Buffer.from(key.slice(0, -2), 'latin1'));
    const zone = labels && zoneOf(labels, this.context.domains);
    if (zone?.kind !== 'domain' || !labels) return null;
    const what = asked(zone.labels, type);
    if (what.kind !== 'service') return null;
    return { ...serviceQuery(this.context, { owner: `${labels.join('.')}.`, type }, what), value: null, pieces: null };
  }
}

function makePieces({ choosing }: ServicePlan, value: readonly HealthEntry[]): Pieces | null {
  const healthy = healthyOf(value);
  const { plain, hosts } = choicesOf(healthy, choosing);
  const mayLeaveHosts = choosing.rules.type !== Type.SRV && plain.length > 0;
  if (plain.length === 0 || (hosts.length > 0 && !mayLeaveHosts) || asksForItself(healthy, choosing.owner)) return null;
  return Pieces.from(plain);
}

/** An instance whose address is the name asked for is told from others by its case, which plans do not know. */
function asksForItself(entries: readonly HealthEntry[], owner: string): boolean {
  const name = owner.slice(0, -1);
  return entries.some(({ Service }) => Service.Address.toLowerCase() === name);
}
