/** Bodies of `/v1/operator/`. */
import { boolean, type Decoder, duration, field, integer, record, text } from '../decode.js';
import { like } from '../json-schema.js';
import { type AutopilotSettings, autopilotDefaults as defaults } from '../operator.js';

const fields = record({
  CleanupDeadServers: field(boolean, defaults.CleanupDeadServers),
  LastContactThreshold: field(duration, defaults.LastContactThreshold),
  MaxTrailingLogs: field(integer, defaults.MaxTrailingLogs),
  MinQuorum: field(integer, defaults.MinQuorum),
  ServerStabilizationTime: field(duration, defaults.ServerStabilizationTime),
  RedundancyZoneTag: field(text, defaults.RedundancyZoneTag),
  DisableUpgradeMigration: field(boolean, defaults.DisableUpgradeMigration),
  UpgradeVersionTag: field(text, defaults.UpgradeVersionTag),
  CreateIndex: field(integer, 0),
  ModifyIndex: field(integer, 0),
});

/** What is left out has its default. Indexes may be there, because clients send back what they have read, and mean nothing. */
export const autopilotSettings: Decoder<AutopilotSettings> = like(fields, (value, spot) => {
  const { CreateIndex, ModifyIndex, ...settings } = fields(value, spot);
  return settings;
});

/** Of the keyring: `{"Key": "…"}`. */
export const keyringBody = record({ Key: field(text, '') });
