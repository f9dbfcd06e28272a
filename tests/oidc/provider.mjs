// A real OpenID provider (oidc-provider, certified) for the tests of sign-in.
// Arguments: the folder of its packages, and a JSON file {port, jwks, clients, people: {login: claims}}.
// Whoever gives a known login is that person: passwords are not what is tested.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, file] = process.argv.slice(2);
const told = JSON.parse(readFileSync(file, 'utf8'));
const { default: Provider } = await import(pathToFileURL(join(packages, 'node_modules/oidc-provider/lib/index.js')));

const provider = new Provider(`http://127.0.0.1:${told.port}`, {
  clients: told.clients,
  jwks: told.jwks,
  cookies: { keys: ['of-tests-only'] },
  claims: { openid: ['sub'], profile: ['name'], sekali: ['resident_id', 'agency', 'role'] },
  conformIdTokenClaims: false, // the claims of the scopes stand in the ID token
  pkce: { required: () => true },
  ttl: { Session: 600, Interaction: 600, Grant: 600, AuthorizationCode: 60, IdToken: 300, AccessToken: 300 },
  features: { devInteractions: { enabled: true } },
  async findAccount(ctx, login) {
    const claims = told.people[login];
    return claims && { accountId: login, claims: async () => ({ sub: login, ...claims }) };
  },
  // Nobody is asked whether the agency may know who they are: it is the state that asks.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile sekali');
    await grant.save();
    return grant;
  },
});
provider.listen(told.port, '127.0.0.1', () => console.log('ready'));
