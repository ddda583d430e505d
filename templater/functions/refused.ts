/** Functions of consul-template that mesh does not have: each says why when it is called, instead of being an unknown name. */
import type { GoValue } from '../go-template/value.js';
import { type FunctionRow, row } from './function-row.js';

const noVault = 'this function does not read Vault; make Vault a source of keys (-backend vault) and read them with getv';
const noNomad = 'Nomad is not read; register the service in the catalog and use service';
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
];

function refused(usage: string, reason: string): FunctionRow {
  const [name = ''] = usage.split(' ');
  return row({
    name,
    dialects: ['consul-template'],
    usage,
    summary: `refuses: ${reason}`,
    parameters: [],
    rest: 'interface {}',
    call: (): GoValue => {
      throw new Error(reason);
    },
  });
}
