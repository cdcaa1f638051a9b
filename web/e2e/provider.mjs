// A real identity provider on loopback, for tests that log in at one. It says
// where it is in one line of JSON and lives until its input ends.
//
//   node provider.mjs '{"redirect": "http://…/callback", "idTokenClaims": false}'
//
// POST /control with a person, as {"sub", "amr", "claims": {…}}, is who logs in
// from then on, without being asked; {"refuse": true} refuses, {"idTokenLife": 1}
// is in seconds.
import http from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';

const told = { idTokenClaims: false, ...JSON.parse(process.argv[2]) };
const people = new Map();
let now = { sub: 'nobody', claims: {} };
let idTokenLife = 3600;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const client = (id) => ({
  client_id: id,
  client_secret: 'secret of ' + id,
  redirect_uris: [told.redirect],
  grant_types: ['authorization_code'],
  response_types: ['code'],
});

function configuration() {
  return {
    clients: [client('suhe'), client('other')],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomBytes(4).toString('hex') }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'profile', 'groups'],
    claims: { openid: ['sub', 'amr'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    conformIdTokenClaims: !told.idTokenClaims,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { IdToken: () => idTokenLife, AccessToken: 600, AuthorizationCode: 60, Grant: 600, Interaction: 600, Session: 600 },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub)?.claims }) }),
    renderError: (ctx, out) => { ctx.type = 'json'; ctx.body = out; },
  };
}

async function control(request) {
  let text = '';
  for await (const part of request) text += part;
  const said = JSON.parse(text);
  if (said.idTokenLife) idTokenLife = said.idTokenLife;
  if (said.sub || said.refuse) now = said;
  if (said.sub) people.set(said.sub, said);
}

// interact answers in the place of a person who is asked.
async function interact(provider, request, response) {
  if (now.refuse) {
    await provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'no' });
    return;
  }
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: now.sub, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  await provider.interactionFinished(request, response, {
    login: { accountId: now.sub, amr: now.amr ?? ['pwd'] },
    consent: { grantId: await grant.save() },
  });
}

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(told.claims ?? issuer, configuration());
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    try {
      if (request.url === '/control') {
        await control(request);
        response.end();
      } else if (request.url.startsWith('/interaction/')) {
        await interact(provider, request, response);
      } else {
        answer(request, response);
      }
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error));
    }
  });
  process.stdout.write(JSON.stringify({ issuer }) + '\n');
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
