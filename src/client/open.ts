/** From options to an `Api` that speaks to the agent. */
import { defaultAddress, parseAddress } from './address.js';
import { type Api, type ApiDefaults, createApi } from './api.js';
import { openHttpTransport } from './http-transport.js';
import { readTlsFiles, type TlsFiles } from './tls.js';

export interface ClientOptions extends ApiDefaults {
  /** "host:port", "http://…", "https://…" or "unix:///path"; 127.0.0.1:8500 when left out. */
  readonly address?: string;
  readonly tls?: TlsFiles;
  /** Speak TLS to an address without scheme. */
  readonly useTls?: boolean;
  /** Connects while the first request is still being made. */
  readonly connectsAtOnce?: boolean;
}

/** @throws ClientOptionError; nothing is sent yet */
export async function openApi({
  address = defaultAddress,
  tls = {},
  useTls = false,
  connectsAtOnce = false,
  ...defaults
}: ClientOptions): Promise<Api> {
  const transport = await openHttpTransport({ address: parseAddress(address, { tls: useTls }), tls: readTlsFiles(tls), connectsAtOnce });
  return createApi(transport, defaults);
}
