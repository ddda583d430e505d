/** A client of its own for sharing: what it writes must not wait behind questions that block. */
import { openClient } from '../../../src/client/client.js';
import { clientOptions } from '../../source/client-options.js';
import type { ConnectionSettings } from '../../source/connection-settings.js';
import { Sharing, type SharingParts } from './sharing.js';

export type OpenSharingOptions = Omit<SharingParts, 'client'> & { readonly connection: ConnectionSettings };

/** @throws ClientOptionError */
export async function openSharing({ connection, ...parts }: OpenSharingOptions): Promise<Sharing> {
  const [address = ''] = connection.addresses;
  return new Sharing({ ...parts, client: await openClient(clientOptions(connection, address)) });
}
