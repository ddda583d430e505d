/** Functions of confd and consul-template that mesh does not have: each says why when it is called, instead of being an unknown name. */
import type { GoValue } from '../go-template/value.js';
import { type Dialect, type FunctionRow, row } from './function-row.js';

const noVault = 'this function does not read Vault; make Vault a source of keys (-backend vault) and read them with getv';
const noNomad = 'Nomad is not read; register the service in the catalog and use service';
const noCrypt = 'values encrypted by crypt are not read; keep secrets in Vault (-backend vault) and read them with getv';
const enterprise = 'mesh has no partitions, peers and exported services';

export const refusedFunctions: readonly FunctionRow[] = [
  refused('secret PATH', noVault),
  refused('secrets PATH', noVault),
  refused('pkiCert PATH', noVault),
  refused('nomadService NAME', noNomad),
  refused('nomadServices', noNomad),
  refused('nomadVar PATH', noNomad),
  refused('nomadVarExists PATH', noNomad),
  refused('nomadVarList PREFIX', noNomad),
  refused('nomadVarListSafe PREFIX', noNomad),
  refused('partitions', enterprise),
  refused('peerings', enterprise),
  refused('exportedServices PARTITION', enterprise),
  refused('importedServices PARTITION', enterprise),
  refused('cget KEY', noCrypt, 'confd'),
  refused('cgets GLOB', noCrypt, 'confd'),
  refused('cgetv KEY', noCrypt, 'confd'),
  refused('cgetvs GLOB', noCrypt, 'confd'),
];

function refused(usage: string, reason: string, dialect: Dialect = 'consul-template'): FunctionRow {
  const [name = ''] = usage.split(' ');
  return row({
    name,
    dialects: [dialect],
    usage,
    summary: `refuses: ${reason}`,
    parameters: [],
    rest: 'interface {}',
    call: (): GoValue => {
      throw new Error(reason);
    },
  });
}
