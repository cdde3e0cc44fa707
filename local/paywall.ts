import { type ApiEntry, type Catalogue, chargedUnits, routeKeys } from '../lib/private/catalogue';
import { Environment } from '../lib/private/environment';
import type { AppModel, FunctionModel, MethodModel, RestApiModel } from './template/model';

/** The paywall of an app, as its template shows it: which functions are its own is told by what they are told. */
export interface PaywallModel {
  readonly catalogue: Catalogue;
  readonly stripeSecretKeyArn: string;
  /** Absent where events come by EventBridge. */
  readonly webhookSecretArn?: string;
  /** The protected APIs, with the resource path of their billing routes, `/billing`. */
  readonly apis: readonly { readonly api: RestApiModel; readonly entry: ApiEntry; readonly billingPath: string }[];
}

/** Every paywall of an app; most have one, and apps of other constructs have none. */
export function findPaywalls(app: AppModel): PaywallModel[] {
  const callers = app.functions.filter(({ environment }) => environment[Environment.PAYMENTS_FUNCTION] !== undefined);
  const called = new Set(callers.map(({ environment }) => environment[Environment.PAYMENTS_FUNCTION]));
  const processors = app.functions.filter(({ name }) => called.has(name));
  return processors.map(({ name, environment }) => {
    const webhook = callers.find(
      (caller) => isWebhook(caller) && caller.environment[Environment.PAYMENTS_FUNCTION] === name,
    );
    const tableName = environment[Environment.TABLE_NAME];
    const authorizer = app.functions.find(
      ({ environment }) =>
        environment[Environment.SURROGATE_KEY_PREFIX] !== undefined &&
        environment[Environment.TABLE_NAME] === tableName,
    );
    const entries = JSON.parse(authorizer?.environment[Environment.APIS] ?? '[]') as ApiEntry[];
    return {
      catalogue: JSON.parse(environment[Environment.CATALOGUE] ?? '{}') as Catalogue,
      stripeSecretKeyArn: environment[Environment.STRIPE_SECRET_KEY_ARN] ?? '',
      webhookSecretArn: webhook?.environment[Environment.STRIPE_WEBHOOK_SECRET_ARN],
      apis: entries.flatMap((entry) => {
        const api = app.apis.find(({ id }) => id === entry.apiId);
        return api === undefined ? [] : [{ api, entry, billingPath: `/${entry.billingPath}` }];
      }),
    };
  });
}

/** Units that a call of a method costs; `open` where none is asked for. */
export function costOf(method: MethodModel, entry: ApiEntry): number | 'open' {
  if (method.authorizer === undefined) {
    return 'open';
  }
  const keys = routeKeys(method.httpMethod, method.resourcePath);
  return chargedUnits(keys.map((key) => entry.costs[key]).find((cost) => cost !== undefined));
}

function isWebhook({ environment }: FunctionModel): boolean {
  return environment[Environment.STRIPE_WEBHOOK_SECRET_ARN] !== undefined;
}

/** The functions that list Stripe's events: beside those that operators ask, they alone have Stripe's key and hand events on. */
export function findReconcilers({ functions }: AppModel): readonly FunctionModel[] {
  return functions.filter(
    ({ environment }) =>
      environment[Environment.STRIPE_SECRET_KEY_ARN] !== undefined &&
      environment[Environment.PAYMENTS_FUNCTION] !== undefined &&
      environment[Environment.AUTHORIZER_FUNCTION] === undefined,
  );
}
