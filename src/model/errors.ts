/**
 * Every expected failure, as data: a stable code, its HTTP status, DNS rcode and exit status. Texts are given where the error is made,
 * because most of them equal Consul's and name the values in question.
 */
interface ErrorRow {
  readonly httpStatus: number;
  readonly dnsRcode: 'SERVFAIL' | 'NXDOMAIN' | 'REFUSED' | 'FORMERR';
  readonly exitStatus: number;
}

export const errorTable = {
  /** A request that cannot be understood. */
  'bad-request': { httpStatus: 400, dnsRcode: 'FORMERR', exitStatus: 1 },
  /** An ACL endpoint while ACLs are off. */
  'acl-disabled': { httpStatus: 401, dnsRcode: 'REFUSED', exitStatus: 1 },
  /** A coordinate endpoint while `disable_coordinates` is set. */
  'coordinates-disabled': { httpStatus: 401, dnsRcode: 'REFUSED', exitStatus: 1 },
  'permission-denied': { httpStatus: 403, dnsRcode: 'REFUSED', exitStatus: 1 },
  'not-found': { httpStatus: 404, dnsRcode: 'NXDOMAIN', exitStatus: 1 },
  /** The rest of a body did not come in time. */
  'request-timeout': { httpStatus: 408, dnsRcode: 'SERVFAIL', exitStatus: 1 },
  'body-too-large': { httpStatus: 413, dnsRcode: 'FORMERR', exitStatus: 1 },
  'too-many-requests': { httpStatus: 429, dnsRcode: 'REFUSED', exitStatus: 1 },
  /** A well-formed request that the rules refuse; Consul answers these 500 with the text. */
  refused: { httpStatus: 500, dnsRcode: 'SERVFAIL', exitStatus: 1 },
  'no-leader': { httpStatus: 500, dnsRcode: 'SERVFAIL', exitStatus: 1 },
  'no-path-to-datacenter': { httpStatus: 500, dnsRcode: 'NXDOMAIN', exitStatus: 1 },
  /** The agent is stopping; what was waiting is let go. */
  stopping: { httpStatus: 503, dnsRcode: 'SERVFAIL', exitStatus: 1 },
  'config-invalid': { httpStatus: 500, dnsRcode: 'SERVFAIL', exitStatus: 1 },
  'storage-corrupt': { httpStatus: 500, dnsRcode: 'SERVFAIL', exitStatus: 1 },
  'storage-locked': { httpStatus: 500, dnsRcode: 'SERVFAIL', exitStatus: 1 },
  'storage-failed': { httpStatus: 500, dnsRcode: 'SERVFAIL', exitStatus: 1 },
  /** Changes since a revision were asked for that the engine remembers no longer. */
  'storage-compacted': { httpStatus: 500, dnsRcode: 'SERVFAIL', exitStatus: 1 },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

export class MeshError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'MeshError';
    this.code = code;
  }
}
