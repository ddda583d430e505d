/** The service mesh as far as it is data: whether it is on, and the trust domain that names of services stand in. */

import { MeshError } from '../model/errors.js';
import { connectIsOff } from '../model/intention.js';
import type { StateView } from '../state/state.js';

export const trustDomainKey = 'trust-domain';

/** @throws MeshError `refused` */
export function requireConnect({ connectEnabled }: { readonly connectEnabled: boolean }): void {
  if (!connectEnabled) throw new MeshError('refused', connectIsOff);
}

/** "<uuid>.consul": one for the life of a cluster. @throws MeshError `refused` in the moment after a restore in which there is none */
export function trustDomainOf({ meta }: Pick<StateView, 'meta'>): string {
  const id = meta.get(trustDomainKey)?.record.ID;
  if (typeof id === 'string') return `${id}.consul`;
  throw new MeshError('refused', 'the trust domain of the cluster is not known yet; try again');
}
