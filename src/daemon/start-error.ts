/** Why an agent did not start, in one line: a listener that cannot be opened is named with what is in its way. */
import { systemErrorText } from '../lib/system-error.js';

const listenReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use; another program, perhaps another agent, listens there',
  EADDRNOTAVAIL: 'cannot assign requested address; no interface of this machine has it',
  EACCES: 'permission denied; ports below 1024 need a privilege',
};

export function startErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { syscall, code = '', address, port } = error as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
  if ((syscall !== 'listen' && syscall !== 'bind') || address === undefined) return error.message;
  const reason = listenReasons[code] ?? systemErrorText(error);
  if (port === undefined) return `listen unix ${address}: bind: ${reason}`;
  return `listen ${syscall === 'bind' ? 'udp' : 'tcp'} ${address.includes(':') ? `[${address}]` : address}:${port}: bind: ${reason}`;
}
