/**
 * Which machine runs which version of a resource: one key per resource and process, `mesh-template/fleet/RESOURCE/INSTANCE`, written by the
 * process when there is something new to tell, and left there when it ends: the files stay too.
 */
import { sha256 } from '../../src/lib/hash.js';
import { type KvKey, keyFromText } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import type { DeployedReport } from '../status/report.js';
import type { ResourceCheck } from './service.js';

export interface VersionRecord {
  readonly Resource: string;
  /** The process, as its service is called in the catalog. */
  readonly Instance: string;
  /** Its machine's name. */
  readonly Node: string;
  readonly Status: ResourceCheck['status'];
  /** Why it is not passing; '' when it is. */
  readonly Why: string;
  /** sha256 of the contents in hex digits; of several files, over those of each; '' as long as nothing is in place. */
  readonly Hash: string;
  /** The highest modify index of what the files were made from; 0 when that has none. */
  readonly Index: number;
  /** When they were in place; ISO 8601, or ''. */
  readonly Time: string;
}

const root = 'mesh-template/fleet/';

/** Everything of one resource, or of all of them. */
export function versionsPrefix(resource?: string): KvKey {
  return keyFromText(resource === undefined ? root : `${root}${plain(resource)}/`);
}

export function versionKey({ Resource, Instance }: Pick<VersionRecord, 'Resource' | 'Instance'>): KvKey {
  return keyFromText(`${root}${plain(Resource)}/${Instance.replaceAll('/', '_')}`);
}

export function versionOf(
  { resource, status, why }: ResourceCheck,
  deployed: DeployedReport | null,
  who: Pick<VersionRecord, 'Instance' | 'Node'>,
): VersionRecord {
  const version =
    deployed === null ? { Hash: '', Index: 0, Time: '' } : { Hash: hashOf(deployed), Index: deployed.Index, Time: deployed.Time };
  return { Resource: resource, ...who, Status: status, Why: why, ...version };
}

export function encodeVersion(record: VersionRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record), 'utf8');
}

/** undefined for a key that holds something else. */
export function decodeVersion({ Value }: Pick<KvEntry, 'Value'>): VersionRecord | undefined {
  let found: unknown;
  try {
    found = JSON.parse(Buffer.from(Value, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null) return undefined;
  const text = (name: keyof VersionRecord) =>
    name in found && typeof Reflect.get(found, name) === 'string' ? String(Reflect.get(found, name)) : '';
  const [Resource, Instance, Status] = [text('Resource'), text('Instance'), text('Status')];
  if (Resource === '' || Instance === '' || (Status !== 'passing' && Status !== 'warning' && Status !== 'critical')) return undefined;
  const index: unknown = Reflect.get(found, 'Index');
  const rest = { Node: text('Node'), Why: text('Why'), Hash: text('Hash'), Time: text('Time') };
  return { Resource, Instance, Status, ...rest, Index: typeof index === 'number' ? index : 0 };
}

/** The same on all machines that have the same contents, wherever they lie. */
function hashOf({ Files }: DeployedReport): string {
  const [only, ...more] = Files;
  if (only !== undefined && more.length === 0) return only.Sha256;
  const hash = sha256();
  for (const { Sha256 } of Files.toSorted((a, b) => (a.Destination < b.Destination ? -1 : 1))) hash.update(`${Sha256}\n`);
  return hash.digest('hex');
}

/** "/etc/nginx.conf" has no empty part in front. */
function plain(resource: string): string {
  return resource.replace(/^\/+/, '');
}
