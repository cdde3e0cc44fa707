import { createHash, randomBytes } from 'node:crypto';
import { APIGatewayClient, paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Identity, Plan, Price, Quota } from '../../../lib';
import type { LocalStacks } from '../../../local/local-stacks';
import { everyAnswer } from '../paid-api';
import { BadDay, healed, patiently, withoutWaiting } from './bad-day';
import { expectSwept, killAtEachRequest, type Sweep } from './sweep';

const PATIENCE = 180_000;

let day: BadDay;
let apiGateway: APIGatewayClient;
let deletions: Promise<Sweep>;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    const throttle = { rateLimit: 10, burstLimit: 10 };
    everyAnswer(app, {
      plans: [
        Plan.free('free', { quota: Quota.perMonth(50) }),
        Plan.paid('pro', { quota: Quota.perMonth(1_000), price: Price.monthly(2900, 'usd'), throttle }),
      ],
      identities: [Identity.apiKeys({ imported: true })],
    });
    withoutWaiting(app);
    // Each arrival is paced by a second: a batch of several would outlast so short a visibility timeout, and be received twice.
    for (const node of app.node.findAll()) {
      if (node instanceof CfnEventSourceMapping && node.node.path.includes('/SurrogateKeys/')) {
        node.batchSize = 1;
      }
    }
  });
  const stacks = (await (await fetch(new URL('/_local/stacks', day.api.url))).json()) as LocalStacks;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  apiGateway = new APIGatewayClient({ endpoint: stacks.ApiGatewayEndpoint, region: 'us-east-1', credentials });
  // Half a minute of each run is a pause, in which the other tests run.
  deletions = sweepDeletions();
  deletions.catch(() => undefined);
}, PATIENCE);

afterAll(async () => {
  apiGateway.destroy();
  await day.end();
});

/** As an operator does who is told that it has failed. */
async function again<Answer>(operate: () => Promise<Answer>): Promise<Answer> {
  try {
    return await operate();
  } catch {
    return operate();
  }
}

const about = ({ customer }: { readonly customer: string }) => [customer];

function sweepDeletions(): Promise<Sweep> {
  return killAtEachRequest(day, {
    given: () => day.customer(),
    about,
    function: /Operations/,
    requests: 16,
    mostPlaces: 3,
    parallel: 6,
    when: async ({ customer }) => {
      const { outcome } = await again(() => day.operator.operate('delete', { customer, force: false, by: 'ada' }));
      expect(['deleted', 'unchanged']).toContain(outcome);
    },
    afterwards: async ({ caller, customer }) => {
      expect((await patiently(() => caller.call())).status).toBe(401);
      expect(await day.api.balanceOf(customer)).toBeUndefined();
      const { outcome } = await day.operator.operate('delete', { customer, force: false, by: 'ada' });
      expect(outcome).toBe('unchanged');
    },
  });
}

test(
  'an import lets each key in once, wherever the operations function is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      given: async () => {
        const apiKey = randomBytes(30).toString('base64url');
        return { apiKey, hash: createHash('sha256').update(apiKey).digest('base64url') };
      },
      about: ({ hash }) => [hash],
      function: /Operations/,
      when: async ({ hash }) => {
        const { rows } = await again(() =>
          day.operator.operate('import', { rows: [{ hash, name: 'of old' }], by: 'ada' }),
        );
        expect(['imported', 'present']).toContain(rows[0]?.outcome);
      },
      afterwards: async ({ apiKey }) => {
        const caller = day.caller(apiKey);
        expect((await patiently(() => caller.call())).status).toBe(200);
        const { customer, ...usage } = await caller.usage();
        expect(usage).toMatchObject({ plan: 'free', remaining: 49 });
        expect((await day.operator.operate('keys', { customer })).keys).toHaveLength(1);
      },
    });
    expectSwept(swept, 2);
  },
  PATIENCE,
);

test(
  'who comes to a plan with a throttle gets one key of his own, wherever the handler is killed',
  async () => {
    const keysNamed = async (name: string) => {
      const found: string[] = [];
      for await (const { items = [] } of paginateGetApiKeys({ client: apiGateway }, { nameQuery: name })) {
        found.push(...items.map(({ id = '' }) => id));
      }
      return found;
    };
    const swept = await killAtEachRequest(day, {
      given: () => day.customer(),
      about,
      function: /SurrogateKeys/,
      mostPlaces: 6,
      // They wait for each other: all customers are of one message group.
      parallel: 2,
      when: async ({ caller, customer }) => {
        await caller.buy({ plan: 'pro' });
        await healed(
          () => day.api.balanceOf(customer),
          (balance) => (balance?.surrogateKeys ?? []).length > 0,
        );
      },
      afterwards: async ({ caller, customer }) => {
        const { surrogateKeys = [] } = (await day.api.balanceOf(customer)) ?? {};
        expect(surrogateKeys).toHaveLength(1);
        expect(await keysNamed(surrogateKeys[0] ?? '')).toHaveLength(1);
        expect((await patiently(() => caller.call())).status).toBe(200);
      },
    });
    expectSwept(swept, 4);
  },
  PATIENCE,
);

test(
  'a customer is deleted whole, wherever the operations function is killed',
  async () => {
    expectSwept(await deletions, 8);
  },
  PATIENCE,
);
