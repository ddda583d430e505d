/** The autopilot configuration in the store: one row of the table `meta`. */
import { type AutopilotConfiguration, type AutopilotSettings, autopilotDefaults } from '../model/operator.js';
import type { MetaView } from '../state/meta.js';

export const autopilotKey = 'autopilot';

/** Before the first server has written its own the defaults hold. */
export function storedAutopilot(meta: MetaView): AutopilotConfiguration {
  const row = meta.get(autopilotKey);
  if (!row) return { ...autopilotDefaults, CreateIndex: 0, ModifyIndex: 0 };
  const settings = row.record as unknown as AutopilotSettings;
  return { ...settings, CreateIndex: row.CreateIndex, ModifyIndex: row.ModifyIndex };
}
