/**
 * Looks at the running program for a while, through V8's inspector: where its time goes (`profileTime`), and what is allocated meanwhile
 * and still in use (`profileMemory`). One at a time; whoever asks meanwhile is refused.
 */
import { Session } from 'node:inspector/promises';
import { type Clock, sleep } from './clock.js';
import { encodeProfile, type ProfileNode, type ProfileSample } from './profile-format.js';

export interface ProfilingOptions {
  readonly clock: Clock;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

/** As the program was called, words apart by NUL. */
export function commandLine(): string {
  return [...process.argv].join('\0');
}

export class ProfilerBusy extends Error {
  override name = 'ProfilerBusy';
}

let isBusy = false;

/** @throws ProfilerBusy; the signal's reason */
export function profileTime(options: ProfilingOptions): Promise<Buffer> {
  return inSession(async (session) => {
    const startedAtMs = options.clock.now();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await sleep(options.clock, options.durationMs, options.signal);
    const { profile } = await session.post('Profiler.stop');
    const nodes = callTree(profile.nodes);
    const samples: ProfileSample[] = [];
    for (const [i, id] of (profile.samples ?? []).entries()) {
      const node = nodes.get(id);
      if (node) samples.push({ node, values: [1, (profile.timeDeltas?.[i] ?? 0) * 1000] });
    }
    const kinds = [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ] as const;
    return encodeProfile({ kinds, samples, startedAtMs, durationMs: options.durationMs });
  });
}

/** @throws ProfilerBusy; the signal's reason */
export function profileMemory(options: ProfilingOptions): Promise<Buffer> {
  return inSession(async (session) => {
    const startedAtMs = options.clock.now();
    await session.post('HeapProfiler.startSampling');
    await sleep(options.clock, options.durationMs, options.signal);
    const { profile } = await session.post('HeapProfiler.stopSampling');
    const samples: ProfileSample[] = [];
    const visit = (from: HeapNode, parent: ProfileNode | null) => {
      const node = { ...placeOf(from.callFrame), parent };
      if (from.selfSize > 0) samples.push({ node, values: [from.selfSize] });
      for (const child of from.children) visit(child, node);
    };
    visit(profile.head, null);
    return encodeProfile({ kinds: [['inuse_space', 'bytes']], samples, startedAtMs, durationMs: options.durationMs });
  });
}

interface Frame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
}

interface HeapNode {
  readonly callFrame: Frame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

interface CallNode {
  readonly id: number;
  readonly callFrame: Frame;
  readonly children?: readonly number[] | undefined;
}

/** By id, each with its callers. */
function callTree(nodes: readonly CallNode[]): ReadonlyMap<number, ProfileNode> {
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const places = new Map<number, ProfileNode>();
  // V8 lists callers before those they call.
  for (const { id, callFrame } of nodes) {
    const caller = callers.get(id);
    places.set(id, { ...placeOf(callFrame), parent: caller === undefined ? null : (places.get(caller) ?? null) });
  }
  return places;
}

function placeOf({ functionName, url, lineNumber }: Frame): Omit<ProfileNode, 'parent'> {
  return { functionName: functionName || '(anonymous)', file: url, line: lineNumber + 1 };
}

async function inSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  if (isBusy) throw new ProfilerBusy('a profile is being made already');
  isBusy = true;
  const session = new Session();
  session.connect();
  try {
    return await work(session);
  } finally {
    session.disconnect();
    isBusy = false;
  }
}
