/** Errors of the operating system: recognising one, and saying it in the words of Go programs (strerror), which users compare. */
const texts: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'device or resource busy',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EEXIST: 'file exists',
  EHOSTUNREACH: 'no route to host',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'file name too long',
  ENETUNREACH: 'network is unreachable',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  ENOTSOCK: 'socket operation on non-socket',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'tls: private key does not match public key',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  ETIMEDOUT: 'connection timed out',
};

/** Whether it is the system's error with this code ("ENOENT"). */
export function isSystemError(error: unknown, code: string): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** "no such file or directory"; for what has no code, its own message. */
export function systemErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (Object.hasOwn(texts, code) ? texts[code] : undefined) ?? tlsReason(error) ?? error.message;
}

/** "tls: tlsv13 alert certificate required": the rest of what OpenSSL says names a thread, a source file and a line. */
function tlsReason(error: Error): string | undefined {
  if (!('library' in error && error.library === 'SSL routines' && 'reason' in error)) return undefined;
  return `tls: ${String(error.reason)}`;
}
