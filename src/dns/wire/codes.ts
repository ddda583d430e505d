/** Numbers of the protocol. Sources: RFC 1035 §3.2, §4.1.1; RFC 2782 (SRV), 3596 (AAAA), 6891 (OPT), 7871 (client subnet). */

export const Type = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  DS: 43,
  AXFR: 252,
  ANY: 255,
} as const;

export const Rcode = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
export type Rcode = (typeof Rcode)[keyof typeof Rcode];

export const Opcode = { QUERY: 0, NOTIFY: 4 } as const;

export const classIn = 1;

/** Bits of the second 16-bit word of a message. */
export const Flag = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, RA: 0x0080, CD: 0x0010 } as const;

export const headerBytes = 12;
/** RFC 1035 §2.3.4: a name with its length bytes, the last zero included; a label; a message over UDP without EDNS0. */
export const nameBytesMax = 255;
export const labelBytesMax = 63;
export const udpBytesMax = 512;
export const messageBytesMax = 65_535;

export const clientSubnetOption = 8;
