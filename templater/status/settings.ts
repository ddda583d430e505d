/** Where a running mesh-template tells about itself, and to whom. */

export interface StatusSettings {
  /** Of the HTTP page; undefined for none. */
  readonly address: ListenAddress | undefined;
  /** Holds the socket that `mesh-template status` asks; one per configuration. '' for no socket. */
  readonly stateDirectory: string;
}

/** `register = true`: this process as a service of the agent, and what it has deployed as keys. */
export interface RegisterSettings {
  readonly isWanted: boolean;
  /** What the process is called among the machines; '' for its host's and its configuration's name. */
  readonly instance: string;
}

export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** "127.0.0.1:9410", "[::1]:9410", ":9410" (loopback); undefined when it is none of these. */
export function listenAddress(text: string): ListenAddress | undefined {
  const [, inBrackets, plain = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) return undefined;
  return { host: inBrackets ?? (plain === '' ? '127.0.0.1' : plain), port };
}
