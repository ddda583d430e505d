/** Members as `/v1/agent/members` shows them, with the tags by which servers of Consul know each other. */
import type { Member } from '../model/records.js';

export interface ServerIdentity {
  readonly nodeName: string;
  readonly nodeId: string;
  readonly datacenter: string;
  /** "0.1.0:abcdef12" */
  readonly build: string;
  /** Whether it leads alone. */
  readonly bootstrap: boolean;
  readonly serverPort: number;
  readonly lan: { readonly address: string; readonly port: number };
  readonly wan: { readonly address: string; readonly port: number };
}

const alive = 1;
/** What Consul 1.10 announces; clients compare the numbers. */
const protocol = { ProtocolMin: 1, ProtocolMax: 5, ProtocolCur: 2, DelegateMin: 2, DelegateMax: 5, DelegateCur: 4 } as const;

export function lanMember(server: ServerIdentity): Member {
  const { nodeName, lan, wan } = server;
  const tags = { ...sharedTags(server), ...(wan.port > 0 && { wan_join_port: String(wan.port) }) };
  return { Name: nodeName, Addr: lan.address, Port: lan.port, Tags: tags, Status: alive, ...protocol };
}

/** In the wide area a server's name carries its datacenter: "n1.dc1". */
export function wanMember(server: ServerIdentity): Member {
  const { nodeName, datacenter, wan } = server;
  return { Name: `${nodeName}.${datacenter}`, Addr: wan.address, Port: wan.port, Tags: sharedTags(server), Status: alive, ...protocol };
}

/** Where a server takes what other servers send: "10.0.0.1:8300", "[fd00::1]:8300". */
export function serverAddress({ lan, serverPort }: ServerIdentity): string {
  return lan.address.includes(':') ? `[${lan.address}]:${serverPort}` : `${lan.address}:${serverPort}`;
}

function sharedTags({ nodeId, datacenter, build, bootstrap, serverPort }: ServerIdentity): Record<string, string> {
  return {
    acls: '0',
    ...(bootstrap && { bootstrap: '1' }),
    build,
    dc: datacenter,
    ft_fs: '1',
    ft_si: '1',
    id: nodeId,
    port: String(serverPort),
    raft_vsn: '3',
    role: 'consul',
    segment: '',
    vsn: '2',
    vsn_max: '3',
    vsn_min: '2',
  };
}
