/**
 * Firing and receiving user events. Whoever fires checks the event and hands it to `spread`, which carries it to every agent; each agent
 * decides by its own name and services whether the event is for it (`receive`), as with gossip: the sender does not know the others.
 */
import type { Clock } from '../lib/clock.js';
import { linearPattern, PatternError } from '../lib/linear-pattern.js';
import { MeshError } from '../model/errors.js';
import type { ServiceRecord } from '../model/records.js';
import type { UserEvent, UserEventInput, UserEventList, UserEvents } from '../model/user-event.js';
import { EventRing } from './event-ring.js';

/** Name and payload together: an event is a signal, data belong into the KV store. */
const eventBytesMax = 512;
const defaultWaitMs = 600_000;
const longestWaitMs = 600_000;
const eventVersion = 1;

export interface UserEventsParts {
  readonly node: string;
  readonly datacenter: string;
  /** What runs here: whom service and tag filters are held against. */
  readonly services: () => Iterable<Pick<ServiceRecord, 'Service' | 'Tags'>>;
  readonly newId: () => string;
  readonly clock: Clock;
  /** Carries an event to the other agents of the datacenter. */
  readonly spread: (event: UserEvent) => void;
}

export class AgentEvents implements UserEvents {
  private readonly ring = new EventRing();
  private readonly parts: UserEventsParts;
  /** The Lamport clock: above every time this agent has heard of. */
  private time = 0;

  constructor(parts: UserEventsParts) {
    this.parts = parts;
  }

  fire({ payload, ...input }: UserEventInput, { datacenter }: { readonly datacenter: string }): UserEvent {
    if (datacenter !== '' && datacenter.toLowerCase() !== this.parts.datacenter.toLowerCase())
      throw new MeshError('no-path-to-datacenter', 'No path to datacenter');
    refuse(input, payload);
    const Payload = payload === null ? null : payload.toString('base64');
    const event = { ID: this.parts.newId(), ...input, Payload, Version: eventVersion, LTime: ++this.time };
    this.receive(event);
    this.parts.spread(event);
    return { ...event, LTime: 0 };
  }

  /** From this agent or another one. What cannot be read as a pattern is for nobody. */
  receive(event: UserEvent): void {
    this.time = Math.max(this.time, event.LTime);
    if (this.isForUs(event)) this.ring.add(Object.freeze(event));
  }

  list(name: string, { index, waitMs, signal }: Parameters<UserEvents['list']>[1]): Promise<UserEventList> {
    const { ring } = this;
    const now = ring.list(name);
    if (now.index !== index) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = () => {
        unwatch();
        cancel();
        signal.removeEventListener('abort', abandon);
      };
      const answer = () => {
        leave();
        resolve(ring.list(name));
      };
      const abandon = () => {
        leave();
        reject(signal.reason);
      };
      const unwatch = ring.watch(name, answer);
      const cancel = this.parts.clock.after(Math.min(waitMs || defaultWaitMs, longestWaitMs), answer);
      signal.addEventListener('abort', abandon, { once: true });
    });
  }

  private isForUs({ NodeFilter, ServiceFilter, TagFilter }: UserEvent): boolean {
    try {
      if (NodeFilter !== '' && !linearPattern(NodeFilter).test(this.parts.node)) return false;
      return ServiceFilter === '' || this.runsService(ServiceFilter, TagFilter);
    } catch (error) {
      if (error instanceof PatternError) return false;
      throw error;
    }
  }

  /** One service must fit both. */
  private runsService(serviceFilter: string, tagFilter: string): boolean {
    const service = linearPattern(serviceFilter);
    const tag = tagFilter === '' ? null : linearPattern(tagFilter);
    for (const { Service, Tags } of this.parts.services())
      if (service.test(Service) && (tag === null || Tags.some((present) => tag.test(present)))) return true;
    return false;
  }
}

/** @throws MeshError `refused` */
function refuse({ Name, NodeFilter, ServiceFilter, TagFilter }: Omit<UserEventInput, 'payload'>, payload: Buffer | null): void {
  refusePattern('node', NodeFilter);
  refusePattern('service', ServiceFilter);
  refusePattern('tag', TagFilter);
  if (TagFilter !== '' && ServiceFilter === '') throw new MeshError('refused', 'Cannot provide tag filter without service filter');
  const bytes = Buffer.byteLength(Name) + (payload?.length ?? 0);
  if (bytes <= eventBytesMax) return;
  throw new MeshError('refused', `user event exceeds configured limit of ${eventBytesMax} bytes: its name and payload are ${bytes}`);
}

function refusePattern(what: string, source: string): void {
  try {
    if (source !== '') linearPattern(source);
  } catch (error) {
    if (error instanceof PatternError) throw new MeshError('refused', `Invalid ${what} filter: ${error.message}`, { cause: error });
    throw error;
  }
}
