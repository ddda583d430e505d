/** Real etcd and redis servers for tests: on loopback, on free ports, ended by process id. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { has } from '../../bin/dev/setup.mjs';
import { systemClock } from '../../src/lib/clock.js';
import { GrpcChannel, GrpcError } from '../../src/lib/grpc-client.js';
import { encodeMessage, type ProtobufValue } from '../../src/lib/protobuf.js';
import { encodeCommand, RedisRefusal, type RedisReply, ReplyReader } from '../../templater/source/redis-protocol.js';
import { eventually, freePort } from './agent.js';

/** For `describe.skipIf`: npm test says at its start what is missing, and how to have it. */
export const hasEtcd = has('etcd');
export const hasRedis = has('redis-server');

export interface TestStore {
  readonly port: number;
  /** Ended at once, as by a failure of power; what it has written to its directory stays. */
  kill(): Promise<void>;
  /** With the same port and data; `flags` go behind those of the first start. */
  start(flags?: readonly string[]): Promise<void>;
  /** Ended for good. */
  remove(): Promise<void>;
}

interface Program {
  readonly port: number;
  command(directory: string, flags: readonly string[]): readonly string[];
  isUp(): Promise<unknown>;
}

async function startStore({ port, command, isUp }: Program, flags: readonly string[]): Promise<TestStore> {
  const directory = mkdtempSync(join(tmpdir(), 'mesh-store-'));
  let kill = async () => {};
  const start = async (more: readonly string[] = flags) => {
    const [program = '', ...words] = command(directory, more);
    const child = spawn(program, words, { stdio: 'ignore', cwd: directory });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    kill = async () => {
      child.kill('SIGKILL');
      await ended;
    };
    await eventually(isUp, { withinMs: 20_000 });
  };
  await start();
  const remove = async () => {
    await kill();
    rmSync(directory, { recursive: true, force: true });
  };
  return { port, start, kill: () => kill(), remove };
}

export interface TestRedis extends TestStore {
  readonly address: string;
  ask(...words: string[]): Promise<RedisReply>;
}

/** Keeps every write, tells of every change unless `flags` say otherwise. */
export async function startRedis(flags: readonly string[] = []): Promise<TestRedis> {
  const port = await freePort();
  const common = ['--port', `${port}`, '--bind', '127.0.0.1', '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const store = await startStore(
    {
      port,
      command: (directory, more) => ['redis-server', ...common, '--notify-keyspace-events', 'KA', '--dir', directory, ...more],
      isUp: () => askRedis(port, ['PING']),
    },
    flags,
  );
  return { ...store, address: `127.0.0.1:${port}`, ask: (...words) => askRedis(port, words) };
}

function askRedis(port: number, words: readonly string[]): Promise<RedisReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(encodeCommand(words)));
    const reader = new ReplyReader();
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      const [reply] = reader.add(chunk);
      if (reply === undefined) return;
      socket.destroy();
      // It answers before it has its data, and takes no new ones then. That a password is asked for is no reason to wait.
      if (reply instanceof RedisRefusal && reply.code === 'LOADING') reject(reply);
      else resolve(reply);
    });
  });
}

export interface TestEtcd extends TestStore {
  readonly address: string;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** Any call of the API, as field numbers and values. */
  call(path: string, fields: readonly (readonly [number, ProtobufValue])[], metadata?: Readonly<Record<string, string>>): Promise<Buffer>;
}

/** @param secure one more address to listen on, with flags for its certificates */
export async function startEtcd(secure?: { readonly address: string; readonly flags: readonly string[] }): Promise<TestEtcd> {
  const [port, peerPort] = [await freePort(), await freePort()];
  const [address, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const urls = {
    'listen-client-urls': secure === undefined ? address : `${address},${secure.address}`,
    'advertise-client-urls': address,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
  };
  const { signal } = new AbortController();
  const call: TestEtcd['call'] = async (path, fields, metadata = {}) => {
    const channel = new GrpcChannel({ origin: address, tls: {}, clock: systemClock });
    try {
      return await channel.ask(
        { path: `/etcdserverpb.${path}`, metadata, messages: [encodeMessage(fields)], signal },
        { timeoutMs: 5_000 },
      );
    } finally {
      channel.close();
    }
  };
  const store = await startStore(
    {
      port,
      command: (directory, more) => [
        'etcd',
        ...Object.entries({ ...urls, 'data-dir': join(directory, 'data'), 'initial-cluster': `default=${peer}` }).map(
          ([k, v]) => `--${k}=${v}`,
        ),
        ...more,
      ],
      // Read from the leader, which there is not yet when it answers other questions.
      isUp: () => call('KV/Range', [[1, 'any']]).catch(unlessUsersOnly),
    },
    secure?.flags ?? [],
  );
  return {
    ...store,
    address,
    call,
    put: async (key, value) =>
      void (await call('KV/Put', [
        [1, key],
        [2, value],
      ])),
    delete: async (key) => void (await call('KV/DeleteRange', [[1, key]])),
  };
}

/** A server with users has nothing to say to us, and is up. */
function unlessUsersOnly(error: unknown): void {
  if (!(error instanceof GrpcError && error.message.includes('user name is empty'))) throw error;
}
