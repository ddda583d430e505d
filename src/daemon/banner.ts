/** What the agent prints before its log begins: who it is and where it listens, in Consul's layout. */
import type { RuntimeConfig } from '../config/runtime-config.js';

export interface BannerFacts {
  readonly config: RuntimeConfig;
  readonly nodeId: string;
  readonly version: string;
}

const labelWidth = 18;

export function banner({ config, nodeId, version }: BannerFacts): string {
  const { settings, addresses, datacenter, nodeName, bootstrap, devMode } = config;
  const port = (key: 'ports.http' | 'ports.https' | 'ports.grpc' | 'ports.dns') => (settings[key] > 0 ? settings[key] : -1);
  const ports = `HTTP: ${port('ports.http')}, HTTPS: ${port('ports.https')}, gRPC: ${port('ports.grpc')}, DNS: ${port('ports.dns')}`;
  const rows: readonly (readonly [label: string, value: string])[] = [
    ['Version', `'${version}'`],
    ['Node ID', `'${nodeId}'`],
    ['Node name', `'${nodeName}'`],
    ['Datacenter', `'${datacenter}' (Segment: '${settings.server ? '<all>' : ''}')`],
    ['Server', `${settings.server} (Bootstrap: ${bootstrap && !devMode})`],
    ['Client Addr', `[${addresses.client.join(' ')}] (${ports})`],
    ['Cluster Addr', `${addresses.advertiseLan} (LAN: ${settings['ports.serf_lan']}, WAN: ${settings['ports.serf_wan']})`],
    [
      'Encrypt',
      `Gossip: ${settings.encrypt !== ''}, TLS-Outgoing: ${settings.verify_outgoing}, TLS-Incoming: ${settings.verify_incoming}, Auto-Encrypt-TLS: false`,
    ],
  ];
  const lines = rows.map(([label, value]) => `${label.padStart(labelWidth)}: ${value}\n`);
  return `==> Starting Mesh agent...\n${lines.join('')}\n==> Log data will now stream in as it occurs:\n\n`;
}
