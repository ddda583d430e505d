/**
 * Runs a program in a container, through the engine's HTTP API: create an exec, start it, ask for its exit status. The output comes
 * as it is or in frames of 8 bytes (stream, length) and text. Source: Docker Engine API, "Exec" and "Attach to a container".
 */
import { request } from 'node:http';
import { Deadline } from '../lib/deadline.js';
import { KeptBytes } from '../lib/kept-bytes.js';
import { systemErrorText } from '../lib/system-error.js';
import { dialErrorText, joinHostPort } from './dial.js';
import { withCapturedNote } from './output.js';
import type { Probe, ProbeResult, ProbeSettings } from './probe.js';

export interface DockerTarget {
  readonly container: string;
  readonly args: readonly string[];
  readonly engine: DockerEngine;
}

/** Where the engine listens. */
export type DockerEngine =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** "unix:///var/run/docker.sock", "tcp://10.0.0.1:2375"; null for what is no address of an engine. */
export function parseDockerHost(address: string): DockerEngine | null {
  const unix = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (unix !== undefined) return { kind: 'unix', path: unix };
  const tcp = /^(?:tcp|http):\/\/([^/]+)\/?$/.exec(address)?.[1];
  const url = tcp !== undefined && URL.canParse(`http://${tcp}`) ? new URL(`http://${tcp}`) : undefined;
  return url === undefined ? null : { kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || 2375 };
}

class EngineError extends Error {
  override name = 'EngineError';
}

export function dockerProbe(target: DockerTarget, settings: ProbeSettings): Probe {
  return {
    async run(signal) {
      const deadline = settings.timeoutMs > 0 ? new Deadline(settings.timeoutMs, signal) : null;
      try {
        return await look(target, settings, deadline?.signal ?? signal);
      } catch (error) {
        signal.throwIfAborted();
        if (deadline?.passed) return { status: 'critical', output: `Timed out running check in container ${target.container}` };
        if (!(error instanceof EngineError)) throw error;
        settings.log.log('debug', 'Check failed', { check: settings.checkId, error: error.message });
        return { status: 'critical', output: error.message };
      } finally {
        deadline?.clear();
      }
    },
  };
}

async function look(
  { container, args, engine }: DockerTarget,
  { outputBytesMax }: ProbeSettings,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const common = { engine, signal, container };
  const create = { AttachStdin: false, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: args };
  const path = `/containers/${encodeURIComponent(container)}/exec`;
  const created = await callEngine({
    ...common,
    step: 'create',
    method: 'POST',
    path,
    body: create,
    wanted: 201,
    bytesMax: answerBytesMax,
  });
  const exec = `/exec/${encodeURIComponent(String(fieldOf(created.text(), 'Id')))}`;
  const start = { method: 'POST', path: `${exec}/start`, body: { Detach: false, Tty: true }, wanted: 200 } as const;
  const started = await callEngine({ ...common, ...start, step: 'start', bytesMax: outputBytesMax });
  const inspected = await callEngine({
    ...common,
    step: 'inspect',
    method: 'GET',
    path: `${exec}/json`,
    wanted: 200,
    bytesMax: answerBytesMax,
  });
  const exitCode = fieldOf(inspected.text(), 'ExitCode');
  const output = withCapturedNote(started.text(), { bytes: started.bytes, bytesMax: outputBytesMax });
  return { status: exitCode === 0 ? 'passing' : exitCode === 1 ? 'warning' : 'critical', output };
}

const answerBytesMax = 1_048_576;

interface Call {
  readonly engine: DockerEngine;
  readonly signal: AbortSignal;
  readonly container: string;
  readonly step: 'create' | 'start' | 'inspect';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly wanted: number;
  readonly bytesMax: number;
}

function callEngine(call: Call): Promise<KeptBytes> {
  const { engine, signal, method, path, body, wanted, bytesMax } = call;
  const sent = body === undefined ? '' : JSON.stringify(body);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(sent) };
  const place = engine.kind === 'unix' ? { socketPath: engine.path, host: 'docker' } : { host: engine.host, port: engine.port };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...place, method, path, agent: false, signal, headers });
    const fail = (error: Error) => reject(new EngineError(`${failed(call)}: ${connectFault(error, call)}`, { cause: error }));
    outgoing.on('error', fail);
    outgoing.once('response', (answer) => {
      const isWanted = answer.statusCode === wanted;
      const kept = new KeptBytes(isWanted ? bytesMax : answerBytesMax, 'tail');
      const frames = new Frames(kept);
      answer.on('data', (chunk: Buffer) => (isWanted && call.step === 'start' ? frames : kept).add(chunk));
      answer.on('error', fail);
      answer.once('end', () => (isWanted ? resolve(kept) : reject(new EngineError(refusal(call, answer.statusCode ?? 0, kept.text())))));
    });
    outgoing.end(sent);
  });
}

function failed({ step, container }: Call): string {
  return `${step} exec failed for container ${container}`;
}

function refusal(call: Call, status: number, body: string): string {
  if (status === 404) return `${call.step} exec failed for unknown container ${call.container}`;
  if (status === 409) return `${call.step} exec failed since container ${call.container} is paused or stopped`;
  return `${failed(call)} with status ${status}: ${body}`;
}

function connectFault(error: Error, { method, path, engine }: Call): string {
  const verb = method.slice(0, 1) + method.slice(1).toLowerCase();
  if (engine.kind === 'tcp') return `${verb} "http://${joinHostPort(engine.host, engine.port)}${path}": ${dialErrorText(error, engine)}`;
  return `${verb} "http://${encodeURIComponent(engine.path)}${path}": dial unix ${engine.path}: connect: ${systemErrorText(error)}`;
}

/** Takes the text out of frames, whichever way they are cut up in chunks; a stream that does not begin like a frame is text. */
class Frames {
  private rest: Buffer = Buffer.alloc(0);
  private isText: boolean | undefined;

  constructor(private readonly kept: KeptBytes) {}

  add(chunk: Buffer): void {
    this.isText ??= !(chunk[0] !== undefined && chunk[0] <= 2 && [1, 2, 3].every((i) => (chunk[i] ?? 0) === 0));
    if (this.isText) {
      this.kept.add(chunk);
      return;
    }
    this.rest = Buffer.concat([this.rest, chunk]);
    for (let end = this.frameEnd(); end <= this.rest.length; end = this.frameEnd()) {
      this.kept.add(this.rest.subarray(8, end));
      this.rest = this.rest.subarray(end);
    }
  }

  private frameEnd(): number {
    return this.rest.length < 8 ? Number.POSITIVE_INFINITY : 8 + this.rest.readUInt32BE(4);
  }
}

function fieldOf(json: string, name: string): unknown {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? Object.entries(parsed).find(([key]) => key === name)?.[1] : undefined;
  } catch (error) {
    throw new EngineError(`the answer of the engine is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
