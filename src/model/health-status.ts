/** The health of an instance from the checks that concern it: its own and those of its node. */
import type { CheckRecord } from './records.js';

export type AggregateStatus = 'passing' | 'warning' | 'critical' | 'maintenance';

export const nodeMaintenanceId = '_node_maintenance';
/** "_service_maintenance:" and the id of the service. */
export const serviceMaintenancePrefix = '_service_maintenance:';

/** Maintenance beats all; then the worst check decides. A status that is neither passing nor warning counts as critical. */
export function aggregateStatus(checks: readonly Pick<CheckRecord, 'CheckID' | 'Status'>[]): AggregateStatus {
  if (checks.some(({ CheckID }) => CheckID === nodeMaintenanceId || CheckID.startsWith(serviceMaintenancePrefix))) return 'maintenance';
  if (checks.some(({ Status }) => Status !== 'passing' && Status !== 'warning')) return 'critical';
  return checks.some(({ Status }) => Status === 'warning') ? 'warning' : 'passing';
}
