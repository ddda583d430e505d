/** `/v1/agent/connect/ca`: the certificates of the service mesh, as the agent keeps them. */
import type { Api, ReadOptions, Reply } from './api.js';
import { object } from './decode.js';
import { parseJson } from './json.js';
import { escapeSegment } from './url.js';

export interface CaRoot {
  readonly ID: string;
  readonly Name: string;
  /** PEM. */
  readonly RootCert: string;
  readonly Active: boolean;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface LeafCertificate {
  readonly SerialNumber: string;
  readonly CertPEM: string;
  readonly PrivateKeyPEM: string;
  readonly Service: string;
  readonly ServiceURI: string;
  /** RFC 3339. */
  readonly ValidAfter: string;
  readonly ValidBefore: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface ConnectCaClient {
  roots(options?: ReadOptions): Promise<Reply<readonly CaRoot[]>>;
  /** The certificate of a service; the agent makes one when there is none. */
  leaf(service: string, options?: ReadOptions): Promise<Reply<LeafCertificate>>;
}

export function connectCaClient(api: Api): ConnectCaClient {
  return {
    roots: (options = {}) => api.read({ path: '/agent/connect/ca/roots', options, decode: rootsOf }),
    leaf: (service, options = {}) =>
      api.read({ path: `/agent/connect/ca/leaf/${escapeSegment(service)}`, options, decode: (body) => leafOf(object(parseJson(body))) }),
  };
}

type Raw = Readonly<Record<string, unknown>>;

function rootsOf(body: Buffer): readonly CaRoot[] {
  const { Roots: roots } = object(parseJson(body));
  return (Array.isArray(roots) ? roots : []).map((value: unknown) => {
    const raw: Raw = object(value);
    return { ID: words(raw.ID), Name: words(raw.Name), RootCert: words(raw.RootCert), Active: raw.Active === true, ...indexes(raw) };
  });
}

function leafOf(raw: Raw): LeafCertificate {
  return {
    SerialNumber: words(raw.SerialNumber),
    CertPEM: words(raw.CertPEM),
    PrivateKeyPEM: words(raw.PrivateKeyPEM),
    Service: words(raw.Service),
    ServiceURI: words(raw.ServiceURI),
    ValidAfter: words(raw.ValidAfter),
    ValidBefore: words(raw.ValidBefore),
    ...indexes(raw),
  };
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function indexes(raw: Raw): { readonly CreateIndex: number; readonly ModifyIndex: number } {
  return { CreateIndex: Number(raw.CreateIndex ?? 0), ModifyIndex: Number(raw.ModifyIndex ?? 0) };
}
