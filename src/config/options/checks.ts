/** What runs on this node: services, checks and watches. Rows of the table in ../table.ts. */
import type { OptionRow } from '../option.js';

export const checkOptions = {
  check: { kind: 'record', reload: true, doc: 'one check definition' },
  check_output_max_size: { kind: 'int', value: 4096, flag: 'check_output_max_size', doc: 'bytes of check output kept' },
  check_update_interval: { kind: 'duration', value: '5m', doc: 'delay before changed output of a steady check is synced' },
  checks: { kind: 'records', reload: true, doc: 'list of check definitions' },
  disable_remote_exec: { kind: 'bool', value: true, doc: 'ignore exec requests' },
  discard_check_output: { kind: 'bool', reload: true, doc: 'do not keep check output' },
  enable_agent_tls_for_checks: { kind: 'bool', reload: true, doc: 'use the agent certificate for checks' },
  enable_script_checks: { kind: 'bool', flag: 'enable-script-checks', doc: 'allow script checks from anywhere' },
  enable_local_script_checks: { kind: 'bool', flag: 'enable-local-script-checks', doc: 'allow script checks from files only' },
  service: { kind: 'record', reload: true, doc: 'one service definition' },
  services: { kind: 'records', reload: true, doc: 'list of service definitions' },
  watches: { kind: 'records', reload: true, doc: 'list of watch definitions' },
} as const satisfies Record<string, OptionRow>;
