/**
 * The last events that were for this agent, and those who wait for more. An event fired twice under one id (heard from two sides) is kept
 * once. Whoever waits is woken by every event of the name it asked for.
 */
import type { UserEvent, UserEventList } from '../model/user-event.js';

export const eventsMax = 256;

export class EventRing {
  /** Oldest first. */
  private events: readonly UserEvent[] = [];
  private readonly waiters = new Set<{ readonly name: string; wake(): void }>();

  add(event: UserEvent): void {
    if (this.events.some(({ ID }) => ID === event.ID)) return;
    this.events = [...this.events.slice(1 - eventsMax), event];
    for (const waiter of [...this.waiters]) if (isNamed(event, waiter.name)) waiter.wake();
  }

  /** @param name '' for all */
  list(name: string): UserEventList {
    const events = this.events.filter((event) => isNamed(event, name));
    const last = events.at(-1);
    return { events, index: last ? eventIndex(last.ID) : 1n };
  }

  /** `wake` is called at every event of that name until the returned function is called. */
  watch(name: string, wake: () => void): () => void {
    const waiter = { name, wake };
    this.waiters.add(waiter);
    return () => this.waiters.delete(waiter);
  }

  get waiting(): number {
    return this.waiters.size;
  }
}

/** Both halves of the UUID, one laid over the other. 0 would mean "do not wait", so it is 1 then. */
export function eventIndex(id: string): bigint {
  const digits = id.replaceAll('-', '');
  const index = BigInt(`0x${digits.slice(0, 16)}`) ^ BigInt(`0x${digits.slice(16)}`);
  return index === 0n ? 1n : index;
}

function isNamed({ Name }: UserEvent, name: string): boolean {
  return name === '' || Name === name;
}
