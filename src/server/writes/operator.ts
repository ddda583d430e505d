/** Settings of the cluster that operators change. */
import { autopilotKey } from '../autopilot.js';
import { type Decide, settlesFalse, settlesTrue } from './draft.js';

export const decideAutopilot: Decide<'operator.autopilot'> = ({ view, ledger }, { settings, cas }) => {
  const revision = view.meta.get(autopilotKey)?.ModifyIndex ?? 0;
  if (cas !== undefined) {
    ledger.expect('meta', autopilotKey, revision);
    if (cas !== revision) return settlesFalse;
  }
  ledger.put('meta', autopilotKey, { ...settings });
  return settlesTrue;
};
