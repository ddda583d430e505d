/**
 * The watches of the configuration: started when HTTP answers, exchanged at a reload. A watch whose definition has not changed runs on,
 * so that its handler is not run again for what it has seen.
 */
import type { AgentWatches, WatchTls } from '../../watch/agent-watches.js';
import { decodeWatch } from '../../watch/definition.js';
import type { WatchDefinition } from '../../watch/plan.js';
import type { RunningWatch } from '../../watch/start.js';
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Random } from '../lib/random.js';
import { MeshError } from '../model/errors.js';

type Raw = Readonly<Record<string, unknown>>;

export type { WatchTls };

export interface WatchSetParts {
  /** Where this agent answers, '' when it does not. */
  readonly address: string;
  readonly tls: WatchTls;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Definitions by the text they were written as; equal ones in a file are one watch each, told apart by their count. */
export type PlannedWatches = ReadonlyMap<string, WatchDefinition>;

/** @throws MeshError config-invalid; nothing has been started or stopped then */
export function planWatches(raw: readonly Raw[], { hasHttp }: { readonly hasHttp: boolean }): PlannedWatches {
  if (raw.length > 0 && !hasHttp) throw new MeshError('config-invalid', 'watch plans require an HTTP or HTTPS endpoint');
  const planned = new Map<string, WatchDefinition>();
  for (const definition of raw) {
    const text = JSON.stringify(definition);
    let count = 0;
    while (planned.has(`${text}#${count}`)) count += 1;
    planned.set(`${text}#${count}`, decodeWatch(definition));
  }
  return planned;
}

export class WatchSet {
  private readonly parts: WatchSetParts;
  private readonly running = new Map<string, RunningWatch>();
  private opened: Promise<AgentWatches> | null = null;

  constructor(parts: WatchSetParts) {
    this.parts = parts;
  }

  /** Stops what is no longer wanted and starts what is new. */
  async use(planned: PlannedWatches): Promise<void> {
    const gone = [...this.running].filter(([text]) => !planned.has(text));
    for (const [text] of gone) this.running.delete(text);
    await Promise.all(gone.map(([, watch]) => watch.stop()));
    const fresh = [...planned].filter(([text]) => !this.running.has(text));
    if (fresh.length === 0) return;
    const watches = await this.open();
    for (const [text, definition] of fresh) this.running.set(text, watches.start(definition));
  }

  async stop(): Promise<void> {
    await this.use(new Map());
    (await this.opened)?.close();
  }

  private open(): Promise<AgentWatches> {
    const { address, tls, ...parts } = this.parts;
    this.opened ??= import('../../watch/agent-watches.js').then(({ openAgentWatches }) => openAgentWatches({ address, tls }, parts));
    return this.opened;
  }
}
