/** mesh-template in a directory of its own, with files, and what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { eventually, startAgent, type TestAgent } from './agent.js';

export interface ProgramRun {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

export function startTemplate(flags: readonly string[], env: Record<string, string> = {}): ProgramRun {
  const child = spawn(process.execPath, ['bin/mesh-template', ...flags], { env: { ...process.env, ...env } });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { child, ended, output: () => output, stop };
}

export class TemplateProgram {
  readonly directory = mkdtempSync(join(tmpdir(), 'mesh-template-'));
  readonly #running: ProgramRun[] = [];

  at(name: string): string {
    return join(this.directory, name);
  }

  /** "@" stands for the directory. */
  write(name: string, text: string): void {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), text.replaceAll('@', `${this.directory}/`));
  }

  read(name: string): string | undefined {
    return existsSync(this.at(name)) ? readFileSync(this.at(name), 'utf8') : undefined;
  }

  shows(name: string, text: string): Promise<void> {
    return eventually(() => expect(this.read(name), this.#running.map((run) => run.output()).join('')).toBe(text), { withinMs: 20_000 });
  }

  start(flags: readonly string[], env: Record<string, string> = {}): ProgramRun {
    const run = startTemplate(flags, env);
    this.#running.push(run);
    return run;
  }

  async once(flags: readonly string[], env: Record<string, string> = {}): Promise<{ exit: number | null; output: string }> {
    const run = this.start(flags, env);
    return { exit: await run.ended, output: run.output() };
  }

  async remove(): Promise<void> {
    for (const run of this.#running.splice(0)) await run.stop('SIGKILL');
    // Commands of a killed process may still be at it.
    rmSync(this.directory, { recursive: true, maxRetries: 20, retryDelay: 50 });
  }
}

export interface AgentAndProgram {
  readonly agent: TestAgent;
  readonly program: TemplateProgram;
}

/** For each test of a file a program of its own, with a directory "out"; for all of them one agent, whose keys go after each. */
export function agentAndProgram(onBegin: (both: AgentAndProgram) => void): void {
  let agent: TestAgent;
  let program: TemplateProgram;
  beforeAll(async () => {
    agent = await startAgent();
  });
  afterAll(() => agent.stop());
  beforeEach(() => {
    program = new TemplateProgram();
    mkdirSync(program.at('out'));
    onBegin({ agent, program });
  });
  afterEach(async () => {
    await program.remove();
    await fetch(`${agent.http}/v1/kv/?recurse`, { method: 'DELETE' });
  });
}
