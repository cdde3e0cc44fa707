import { Environment } from '../lib/private/environment';
import { type DevServer, PortTakenError, type ServedApi, type StripeTestMode, startDevServer } from './dev-server';
import { costOf } from './paywall';
import { RECONCILE_MILLIS } from './reconciliations';
import { MissingBundleError } from './template/missing';
import type { MethodModel } from './template/model';
import { SynthError, synth } from './template/synth';
import { WalkError, walk } from './walk';

export interface DevOptions {
  readonly port: number;
  readonly app?: string;
  readonly data?: string;
  /** The route of the walk; `true` is one of the app's own. */
  readonly walk?: string | true;
  readonly once?: boolean;
  readonly verbose?: boolean;
}

/** What the user can mend: told in one line, without a stack. */
class UsageError extends Error {}

const EXPECTED = [SynthError, MissingBundleError, PortTakenError, WalkError, UsageError];

/** `cdk-paywall dev`. Gives the exit code once it has ended: after the walk, or at Ctrl-C. */
export async function dev(options: DevOptions): Promise<number> {
  let server: DevServer | undefined;
  try {
    const stripe = stripeTestMode(process.env);
    const assemblyDir = await synth({ app: options.app });
    const log = options.verbose ? (line: string) => console.log(`  | ${line}`) : undefined;
    server = await startDevServer({ assemblyDir, port: options.port, dataDir: options.data, stripe, log });
    describe(server, stripe);
    if (options.walk !== undefined || options.once) {
      await walkThrough(server, options.walk);
    }
    if (!options.once) {
      const interruption = interrupted();
      console.log('\nServing until Ctrl-C.');
      await interruption;
    }
    return 0;
  } catch (error) {
    if (EXPECTED.some((type) => error instanceof type)) {
      console.error(`cdk-paywall: ${(error as Error).message}`);
      return 1;
    }
    throw error;
  } finally {
    await server?.close();
  }
}

function stripeTestMode(environment: NodeJS.ProcessEnv): StripeTestMode | undefined {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = environment;
  const apiBase = environment[Environment.STRIPE_API_BASE];
  if (!secretKey) {
    return undefined;
  }
  if (!/^(sk|rk)_test_/.test(secretKey)) {
    throw new UsageError('STRIPE_SECRET_KEY must be a test key (sk_test_…): a live one would move real money');
  }
  return { secretKey, webhookSecret: webhookSecret || undefined, apiBase: apiBase || undefined };
}

function describe(server: DevServer, stripe: StripeTestMode | undefined): void {
  for (const api of server.apis) {
    describeApi(api, server);
  }
  if (server.apis.length === 0) {
    console.log('The app has no REST API that can be served.');
  }
  console.log(stripe === undefined ? standInNote(server) : stripeNote(server, stripe));
  if (server.app.unserved.length > 0) {
    console.log('\nNot served here:');
    for (const { path, type, reason } of server.app.unserved) {
      console.log(`  ${path} (${type}): ${reason}`);
    }
  }
}

function describeApi({ model, url }: ServedApi, server: DevServer): void {
  console.log(`\n${model.path} is served on ${url}`);
  const entry = server.paywalls.flatMap(({ apis }) => apis).find(({ api }) => api.id === model.id)?.entry;
  const visible = model.methods.filter(({ httpMethod }) => httpMethod !== 'OPTIONS');
  for (const method of visible) {
    const cost = entry && costOf(method, entry);
    console.log(`  ${method.httpMethod.padEnd(6)} ${method.resourcePath.padEnd(28)} ${costText(cost)}`.trimEnd());
  }
}

function costText(cost: number | 'open' | undefined): string {
  if (cost === undefined || cost === 'open') {
    return cost ?? '';
  }
  return cost === 1 ? '1 unit' : `${cost} units`;
}

function stripeNote(server: DevServer, { webhookSecret }: StripeTestMode): string {
  const [paid] = server.paywalls.flatMap(({ apis, webhookSecretArn }) => (webhookSecretArn === undefined ? [] : apis));
  if (paid === undefined && server.paywalls.length > 0) {
    return "\nStripe's test mode is asked. Its events do not reach EventBridge here: the reconciler lists them, when its time has come.";
  }
  const url = paid && server.apis.find(({ model }) => model.id === paid.api.id)?.url;
  const listen = `stripe listen --forward-to ${url}${paid?.billingPath.slice(1)}/stripe/webhook`;
  const asked = `\nStripe's test mode is asked, and its events are listed every ${RECONCILE_MILLIS / 1_000} seconds: no tunnel is needed.`;
  return webhookSecret === undefined
    ? `${asked} They come at once by\n  ${listen}\nif you start again with the secret that it prints as STRIPE_WEBHOOK_SECRET.`
    : `${asked} They come at once by\n  ${listen}`;
}

function standInNote({ stripe }: DevServer): string {
  return `\nA stand-in takes the place of Stripe: no money moves. A month of everybody's time passes by\n  curl -X POST "${stripe?.url}/local/clock?advance=2678400"`;
}

async function walkThrough(server: DevServer, route: string | true | undefined): Promise<void> {
  const [paywall] = server.paywalls;
  const [paid] = paywall?.apis ?? [];
  const api = server.apis.find(({ model }) => model.id === paid?.api.id);
  if (paywall === undefined || paid === undefined || api === undefined) {
    throw new UsageError('the walk needs an API that a Paywall protects: call `protect(api)` in the app');
  }
  if (server.stripe === undefined) {
    throw new UsageError('the walk pays by the stand-in: unset STRIPE_SECRET_KEY, or leave --walk out');
  }
  const call = typeof route === 'string' ? parseCall(route) : firstCall(api.model.methods);
  console.log('\nThe way of a customer:\n');
  const { billingPath } = paid;
  const { catalogue } = paywall;
  const key = await walk({ call, apiUrl: api.url, billingPath, catalogue, stripe: server.stripe, print });
  console.log(`\nA key of your own, with its whole quota:\n\n  ${key}\n`);
  const send = call.method === 'GET' ? '' : `-X ${call.method} `;
  console.log(`  curl -i ${send}-H "x-api-key: ${key}" ${api.url}${call.path.slice(1)}`);
  console.log(`  curl -H "x-api-key: ${key}" ${api.url}${billingPath.slice(1)}/usage`);
  console.log(`  curl ${api.url}${billingPath.slice(1)}/plans`);
}

function print(line: string): void {
  console.log(`  ${line}`);
}

function parseCall(route: string): { method: string; path: string } {
  const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(route) ?? [];
  if (method === undefined || path === undefined) {
    throw new UsageError(`--walk takes a method and a path, "GET /items/1", got: ${JSON.stringify(route)}`);
  }
  return { method, path };
}

/** The first call that costs something and needs no body; path parameters are given their own names. */
function firstCall(methods: readonly MethodModel[]): { method: string; path: string } {
  const found = methods.find(
    ({ httpMethod, authorizer }) => authorizer !== undefined && (httpMethod === 'GET' || httpMethod === 'ANY'),
  );
  if (found === undefined) {
    throw new UsageError('the API has no protected GET route to walk: name a route, --walk "POST /items"');
  }
  return { method: 'GET', path: found.resourcePath.replace(/\{([^}+]+)\+?\}/g, '$1') };
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
