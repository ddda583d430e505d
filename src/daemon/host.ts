/** The machine as `/v1/agent/host` shows it, under the names that tools know from Consul. What cannot be found out here is left out. */
import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, freemem, hostname, loadavg, platform, release, totalmem, type, uptime } from 'node:os';
import type { Clock } from '../lib/clock.js';
import { systemErrorText } from '../lib/system-error.js';

/** Only the parts that were asked for may fail; the others are shown all the same. */
export async function describeHost(directory: string, clock: Clock): Promise<Readonly<Record<string, unknown>>> {
  const errors: string[] = [];
  const disk = await diskOf(directory).catch((error: unknown) => {
    errors.push(systemErrorText(error));
    return null;
  });
  return {
    Memory: await memory(),
    CPU: cpus().map(({ model, speed }, cpu) => ({ cpu, modelName: model.trim(), mhz: speed })),
    Host: {
      hostname: hostname(),
      uptime: Math.floor(uptime()),
      bootTime: Math.floor(clock.now() / 1000 - uptime()),
      os: platform(),
      platform: type(),
      kernelVersion: release(),
      kernelArch: arch(),
      loadAverage: loadavg(),
    },
    Disk: disk,
    // Nanoseconds since the epoch, which a double holds to about the microsecond.
    CollectionTime: clock.now() * 1e6,
    Errors: errors.length === 0 ? null : errors,
  };
}

async function memory(): Promise<Readonly<Record<string, number>>> {
  const [total, free] = [totalmem(), freemem()];
  const available = await availableMemory(free);
  const used = total - available;
  return { total, available, used, usedPercent: (used / total) * 100, free };
}

/** Linux tells what programs could get; elsewhere it is what nobody uses. */
async function availableMemory(free: number): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? free : Number(kilobytes) * 1024;
}

async function diskOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { bsize, blocks, bavail, bfree, files, ffree } = await statfs(path);
  const [total, used] = [blocks * bsize, (blocks - bfree) * bsize];
  return {
    ...{ path, total, free: bavail * bsize, used, usedPercent: total === 0 ? 0 : (used / total) * 100 },
    ...{ inodesTotal: files, inodesUsed: files - ffree, inodesFree: ffree },
  };
}
