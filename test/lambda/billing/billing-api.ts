import type { APIGatewayProxyEvent } from 'aws-lambda';
import { DynamoDbAuditLog } from '../../../lambda/adapters/dynamodb-audit-log';
import { DynamoDbSignUpCounter } from '../../../lambda/adapters/dynamodb-sign-up-counter';
import { DynamoDbUsageHistory } from '../../../lambda/adapters/dynamodb-usage-history';
import type { CheckoutOutcome } from '../../../lambda/adapters/stripe-checkout';
import type { BillingDependencies } from '../../../lambda/billing/request';
import { route } from '../../../lambda/billing/routes';
import { hashApiKey, newApiKey, newCustomerId } from '../../../lambda/domain/api-key';
import type { Balance } from '../../../lambda/domain/balance';
import { claimText } from '../../../lambda/domain/checkout-claim';
import type { Account } from '../../../lambda/domain/customers';
import type { Purchase } from '../../../lambda/domain/purchase';
import type { BillingEntry } from '../../../lib/private/catalogue';
import { unauthorizedEntry } from '../../../lib/private/unauthorized';
import { Stores } from '../adapters/stores';
import { viaSdk } from '../adapters/updates';
import { balance, CATALOGUE, NOW } from '../fixtures';

export const LINK_SECRET = new Uint8Array(16).fill(7);

/** Where requests come from that say nothing else. */
export const SOURCE_IP = '192.0.2.1';

/** A claim that `newClaim` gives. */
export const CLAIM = claimText(new Uint8Array(24).fill(9));

/** What a 401 says. */
export const UNAUTHORIZED = unauthorizedEntry(true, [{ kind: 'token', issuer: 'https://idp.example.com/' }]);

const BILLING: BillingEntry = { signUp: { kind: 'checkout' }, unauthorized: UNAUTHORIZED, rotationOverlap: 86_400 };

export interface Customer {
  readonly customer: string;
  readonly apiKey: string;
  readonly keyId: string;
}

/** The billing routes over the embedded store, in front of a Stripe that says what it is told to. */
export class BillingApi {
  public static async open(): Promise<BillingApi> {
    return new BillingApi(await Stores.open(viaSdk));
  }

  public now = NOW;
  /** What was opened at Checkout. */
  public opened: Purchase[] = [];
  /** What became of Checkout's sessions. */
  public readonly outcomes = new Map<string, CheckoutOutcome>();
  public invoiceUrl: string | undefined;
  public account: Account = { stripeCustomer: 'cus_1', subscription: 'sub_1', hasSubscribed: true };
  public readonly auditLog: DynamoDbAuditLog;
  private readonly defaults: BillingDependencies;

  private constructor(public readonly stores: Stores) {
    const { customers, keys, table } = stores;
    this.auditLog = new DynamoDbAuditLog(table.client, table.table);
    this.defaults = {
      store: {
        balance: (customer) => customers.balance(customer),
        account: async () => this.account,
        create: (customer, opening) => customers.create(customer, opening),
        isCredited: (customer, bought) => customers.isCredited(customer, bought),
      },
      keys,
      auditLog: this.auditLog,
      usageHistory: new DynamoDbUsageHistory(table.client, table.table),
      checkout: {
        open: async (purchase) => {
          this.opened.push(purchase);
          const url = 'https://checkout.stripe.com/c/pay/cs_1';
          return { id: 'cs_1', url, expiresAt: '2026-11-24T12:00:00.000Z' };
        },
        outcome: async (id) => this.outcomes.get(id),
        openInvoiceUrl: async () => this.invoiceUrl,
        createCustomer: async (id) => `cus_of_${id}`,
        openPortal: async (id, url) => `https://billing.stripe.com/p/session/${id}?${url}`,
        mode: async () => 'test',
      },
      catalogue: CATALOGUE,
      apis: new Map([
        [
          'api1',
          { apiId: 'api1', costs: {}, routePlans: {}, billingPath: 'billing', corsOrigins: ['https://app.example'] },
        ],
      ]),
      clock: () => this.now,
      paywallId: 'Paywall-1',
      checkoutOptions: { promotionCodes: false, automaticTax: false },
      billing: BILLING,
      newLinkSecret: () => LINK_SECRET,
      newClaim: () => CLAIM,
      signUps: new DynamoDbSignUpCounter(table.client, table.table),
    };
  }

  public close(): Promise<void> {
    return this.stores.close();
  }

  /** Forgets what was bought, and what was told of Stripe. */
  public reset(): void {
    this.now = NOW;
    this.opened = [];
    this.outcomes.clear();
    this.invoiceUrl = undefined;
    this.account = { stripeCustomer: 'cus_1', subscription: 'sub_1', hasSubscribed: true };
  }

  /** A customer with a key. */
  public async addCustomer(overrides: Partial<Balance> = {}): Promise<Customer> {
    const customer = newCustomerId();
    const { text, key } = newApiKey('test', customer);
    const { keys: _keys, keyExpiries: _expiries, surrogateKeys: _surrogates, ...opening } = balance(overrides);
    await this.stores.customers.create(customer, opening);
    const record = { keyId: key.keyId, name: 'laptop', createdAt: NOW };
    await this.stores.keys.addFirst(customer, record, hashApiKey(text));
    return { customer, apiKey: text, keyId: key.keyId };
  }

  /** Sends `GET /keys`; where a resource has parameters, they are in `pathParameters`. */
  public async send(
    routeName: string,
    overrides: Partial<APIGatewayProxyEvent> & { readonly sourceIp?: string } = {},
    dependencies: Partial<BillingDependencies> = {},
  ) {
    const [httpMethod = '', resource = ''] = routeName.split(' ');
    const { sourceIp = SOURCE_IP, ...others } = overrides;
    const event = {
      httpMethod,
      resource: `/billing${resource}`,
      path: `/billing${resource}`,
      headers: {},
      body: null,
      isBase64Encoded: false,
      pathParameters: null,
      queryStringParameters: null,
      requestContext: {
        apiId: 'api1',
        requestId: 'request-1',
        domainName: 'api.example.com',
        path: `/prod/billing${resource}`,
        identity: { sourceIp },
      },
      ...others,
    } as APIGatewayProxyEvent;
    const answer = await route(event, { ...this.defaults, ...dependencies });
    return { ...answer, json: answer.body.startsWith('{') ? JSON.parse(answer.body) : undefined };
  }

  /** Sends it with a key. */
  public as(
    { apiKey }: Pick<Customer, 'apiKey'>,
    routeName: string,
    overrides: Parameters<BillingApi['send']>[1] = {},
    dependencies: Partial<BillingDependencies> = {},
  ) {
    return this.send(routeName, { ...overrides, headers: { ...overrides.headers, 'x-api-key': apiKey } }, dependencies);
  }
}

/** What the constructs tell the billing routes, with a way to sign up. */
export function signingUp(signUp: BillingEntry['signUp']): Partial<BillingDependencies> {
  return { billing: { ...BILLING, signUp } };
}
