import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventRing, eventIndex, eventsMax } from '../../../src/agent/event-ring.js';
import type { UserEvent } from '../../../src/model/user-event.js';

function event(ID: string, Name: string): UserEvent {
  return { ID, Name, Payload: null, NodeFilter: '', ServiceFilter: '', TagFilter: '', Version: 1, LTime: 1 };
}

describe('the ring of events', () => {
  test('keeps the newest 256 of whatever names, each id once, in the order they came', () => {
    const names = fc.constantFrom('deploy', 'restart', '');
    fc.assert(
      fc.property(fc.array(fc.record({ id: fc.uuid(), name: names }), { maxLength: 600 }), fc.array(fc.nat(599)), (fired, again) => {
        const ring = new EventRing();
        const model: UserEvent[] = [];
        const add = (one: UserEvent) => {
          ring.add(one);
          if (!model.slice(-eventsMax).some(({ ID }) => ID === one.ID)) model.push(one);
        };
        for (const { id, name } of fired) add(event(id, name));
        for (const position of again) {
          const repeated = fired[position];
          if (repeated) add(event(repeated.id, repeated.name));
        }
        const kept = model.slice(-eventsMax);
        for (const name of ['', 'deploy', 'restart']) {
          const expected = kept.filter(({ Name }) => name === '' || Name === name);
          const { events, index } = ring.list(name);
          expect(events.map(({ ID }) => ID)).toEqual(expected.map(({ ID }) => ID));
          expect(index).toBe(expected.length === 0 ? 1n : eventIndex(expected.at(-1)?.ID ?? ''));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('wakes who waits for the name, and nobody who has stopped waiting', () => {
    const ring = new EventRing();
    const woken: string[] = [];
    const stop = ring.watch('deploy', () => woken.push('deploy'));
    ring.watch('', () => woken.push('any'));
    ring.add(event('6ba7b810-9dad-41d1-80b4-00c04fd430c8', 'other'));
    ring.add(event('6ba7b811-9dad-41d1-80b4-00c04fd430c8', 'deploy'));
    stop();
    ring.add(event('6ba7b812-9dad-41d1-80b4-00c04fd430c8', 'deploy'));
    expect(woken).toEqual(['any', 'deploy', 'any', 'any']);
    expect(ring.waiting).toBe(1);
  });

  test('makes an index that needs all 64 bits and is never 0', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const index = eventIndex(id);
        expect(index > 0n && index < 2n ** 64n).toBe(true);
      }),
    );
    expect(eventIndex('12345678-9abc-4def-1234-56789abc4def')).toBe(1n);
    expect(eventIndex('ffffffff-ffff-4fff-8000-000000000000')).toBe(0x7fffffffffff4fffn);
  });
});
