/**
 * Sees that the cluster has a trust domain while the service mesh is on. It is made once and kept with the data; a restored snapshot of a
 * cluster that had none takes it away, and then another is made.
 */
import type { Logger } from '../../lib/log.js';
import type { StateView } from '../../state/state.js';
import { trustDomainKey } from '../connect.js';
import type { Transact } from '../transact.js';

export interface TrustDomainOptions {
  readonly transact: Transact;
  readonly state: StateView;
  readonly logger: Logger;
  readonly newId: () => string;
}

export class TrustDomain {
  private readonly options: TrustDomainOptions;
  private isMaking = false;

  constructor(options: TrustDomainOptions) {
    this.options = options;
  }

  async ensure(): Promise<void> {
    const { transact, state, newId } = this.options;
    if (state.meta.get(trustDomainKey)) return;
    const id = newId();
    await transact.submit(({ view, ledger }) => {
      const known = view.meta.get(trustDomainKey);
      ledger.expect('meta', trustDomainKey, known?.ModifyIndex ?? 0);
      if (!known) ledger.put('meta', trustDomainKey, { ID: id });
      return () => true;
    });
  }

  /** After each commit that has landed here. */
  applied(): void {
    if (this.isMaking || this.options.state.meta.get(trustDomainKey)) return;
    this.isMaking = true;
    this.ensure()
      .catch((error: unknown) =>
        this.options.logger.log('error', 'no trust domain could be made; it is tried again at the next change', { error: String(error) }),
      )
      .finally(() => {
        this.isMaking = false;
      });
  }
}
