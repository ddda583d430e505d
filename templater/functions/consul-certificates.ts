/** consul-template's functions on the certificates of the service mesh. */
import type { CaRoot, LeafCertificate } from '../../src/client/connect-ca.js';
import { fromText, toText } from '../go-template/byte-string.js';
import { GoInteger, GoList, GoStruct } from '../go-template/value.js';
import { type Dialect, row } from './function-row.js';
import { timeValue } from './go-time.js';
import { structType } from './struct-type.js';

const dialects: readonly Dialect[] = ['consul-template'];

export const consulCertificateFunctions = [
  row({
    name: 'caRoots',
    dialects,
    usage: 'caRoots',
    summary: 'the certificates that the service mesh trusts, with `.RootCertPEM`, `.ID`, `.Name`, `.Active`',
    parameters: [],
    call: (context) => new GoList((context.lookup({ kind: 'caRoots' }) ?? []).map(rootValue), '[]*api.CARoot'),
  }),
  row({
    name: 'caLeaf',
    dialects,
    usage: 'caLeaf NAME',
    summary: 'the certificate of a service, with `.CertPEM`, `.PrivateKeyPEM`, `.ValidAfter`, `.ValidBefore`, `.ServiceURI`',
    parameters: ['string'],
    call: (context, [service]) => {
      if (service === '') throw new Error('caLeaf: a service must be named');
      const leaf = context.lookup({ kind: 'caLeaf', service: toText(service) });
      return leaf ? leafValue(leaf) : new GoStruct(leafType, null);
    },
  }),
];

const indexFields = { CreateIndex: 'uint64', ModifyIndex: 'uint64' };
const rootType = structType('api.CARoot', { ID: 'string', Name: 'string', RootCertPEM: 'string', Active: 'bool', ...indexFields });
const leafType = structType('api.LeafCert', {
  SerialNumber: 'string',
  CertPEM: 'string',
  PrivateKeyPEM: 'string',
  Service: 'string',
  ServiceURI: 'string',
  ValidAfter: 'time.Time',
  ValidBefore: 'time.Time',
  ...indexFields,
});

function rootValue(root: CaRoot): GoStruct {
  const { ID, Name, RootCert, Active } = root;
  return new GoStruct(rootType, { ID: fromText(ID), Name: fromText(Name), RootCertPEM: fromText(RootCert), Active, ...indexValues(root) });
}

function leafValue(leaf: LeafCertificate): GoStruct {
  return new GoStruct(leafType, {
    SerialNumber: fromText(leaf.SerialNumber),
    CertPEM: fromText(leaf.CertPEM),
    PrivateKeyPEM: fromText(leaf.PrivateKeyPEM),
    Service: fromText(leaf.Service),
    ServiceURI: fromText(leaf.ServiceURI),
    ValidAfter: timeValue(Date.parse(leaf.ValidAfter), 'utc'),
    ValidBefore: timeValue(Date.parse(leaf.ValidBefore), 'utc'),
    ...indexValues(leaf),
  });
}

function indexValues({ CreateIndex, ModifyIndex }: { readonly CreateIndex: number; readonly ModifyIndex: number }) {
  return { CreateIndex: new GoInteger('uint64', BigInt(CreateIndex)), ModifyIndex: new GoInteger('uint64', BigInt(ModifyIndex)) };
}
