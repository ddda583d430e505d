/** `/v1/acl/` while ACLs are off: every endpoint says so, after its method has been checked. */
import { MeshError } from '../../model/errors.js';
import type { Route } from '../route.js';

async function disabled(): Promise<void> {
  throw new MeshError('acl-disabled', 'ACL support disabled');
}

const get = { GET: disabled };
const put = { PUT: disabled };
const post = { POST: disabled };
const all = { GET: disabled, PUT: disabled, DELETE: disabled };

export const aclRoutes: readonly Route[] = [
  { path: '/v1/acl/bootstrap', methods: put },
  { path: '/v1/acl/create', methods: put },
  { path: '/v1/acl/update', methods: put },
  { path: '/v1/acl/destroy/', methods: put },
  { path: '/v1/acl/info/', methods: get },
  { path: '/v1/acl/clone/', methods: put },
  { path: '/v1/acl/list', methods: get },
  { path: '/v1/acl/login', methods: post },
  { path: '/v1/acl/logout', methods: post },
  { path: '/v1/acl/replication', methods: get },
  { path: '/v1/acl/policies', methods: get },
  { path: '/v1/acl/policy', methods: put },
  { path: '/v1/acl/policy/', methods: all },
  { path: '/v1/acl/policy/name/', methods: get },
  { path: '/v1/acl/roles', methods: get },
  { path: '/v1/acl/role', methods: put },
  { path: '/v1/acl/role/', methods: all },
  { path: '/v1/acl/role/name/', methods: get },
  { path: '/v1/acl/binding-rules', methods: get },
  { path: '/v1/acl/binding-rule', methods: put },
  { path: '/v1/acl/binding-rule/', methods: all },
  { path: '/v1/acl/auth-methods', methods: get },
  { path: '/v1/acl/auth-method', methods: put },
  { path: '/v1/acl/auth-method/', methods: all },
  { path: '/v1/acl/rules/translate', methods: post },
  { path: '/v1/acl/rules/translate/', methods: get },
  { path: '/v1/acl/tokens', methods: get },
  { path: '/v1/acl/token', methods: put },
  { path: '/v1/acl/token/self', methods: get },
  { path: '/v1/acl/token/', methods: all },
  { path: '/v1/agent/token/', methods: put },
  { path: '/v1/internal/acl/authorize', methods: post },
];
