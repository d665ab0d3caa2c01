/** The keys of a tenant's page and API: who may read it, and who may send through it. Part of `schema.ts`. */
import { flag, path } from './kinds.ts';
import { credential } from './kinds-smtp.ts';
import { many, tenant } from './schema-parts.ts';

const live = 'live' as const;

export const uiKeys = {
  auth: many('ui.auth', credential, {
    description:
      'Who may read the page and use the API: `user:hash` as `mpctl tenant passwd` writes it, `file:<password file>` or `env:<variable>`.',
    default: '[]',
    example: '["env:PROJECT_B_UI"]',
    apply: live,
  }),
  authFile: tenant('ui.authFile', path, {
    description: 'Password file of those who may, instead of `auth`; read again when it changes.',
    default: null,
    otherwise: 'none',
    example: 'ui-users',
    apply: live,
  }),
};

export const sendApiKeys = {
  auth: many('sendApi.auth', credential, {
    description: 'Who may send through the API, as in `ui.auth`; the others then may not.',
    default: '[]',
    otherwise: 'whoever may use the API',
    example: '["env:PROJECT_B_SEND"]',
    apply: live,
  }),
  authFile: tenant('sendApi.authFile', path, {
    description: 'Password file of those who may send through the API, instead of `auth`.',
    default: null,
    otherwise: 'none',
    example: 'send-users',
    apply: live,
  }),
  authAcceptAny: tenant('sendApi.authAcceptAny', flag, {
    description: 'Lets anybody send through the API, with any name and password or with none.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
};
