import type { CorsOptions, IStage } from 'aws-cdk-lib/aws-apigateway';
import type { CacheClusterSize } from './cache-cluster-size';
import type { CallerHeaders } from './caller-headers';
import type { Cost } from './cost';
import type { Refund } from './refund';
import type { RequestValidation } from './request-validation';
import type { RouteCache } from './route-cache';
import type { UpstreamAuth } from './upstream-auth';

/** Options of `Paywall.protect`. */
export interface ProtectOptions {
  /**
   * Units that a call costs, by route: `{ 'POST /search': 5, 'ANY /reports/*': 2 }`. A route is an HTTP method, or `ANY`, and a
   * resource path as the API declares it, `/forecast/{city}`, or all that is below one, `/reports/*`. Where several fit, the
   * longest path counts, and of two with one path the one that names the method. `Cost.reported()` leaves it to the backend to tell.
   *
   * @default - every call costs 1 unit
   */
  readonly costs?: { [route: string]: number | Cost };

  /**
   * What becomes of the units of a call that was charged and then not served.
   *
   * @default Refund.onServerError()
   */
  readonly refund?: Refund;

  /**
   * Routes that anybody may call, without a key and for nothing: `['GET /health']`. OPTIONS is always open.
   *
   * @default - none
   */
  readonly open?: string[];

  /**
   * Ids of the plans that include a route: `{ 'POST /search': ['pro'] }`. Customers on others get 402 and the plan to move to.
   *
   * @default - every plan includes every route
   */
  readonly routePlans?: { [route: string]: string[] };

  /**
   * Whose answers API Gateway keeps in the stage's cache, by route: `{ 'GET /forecast/{city}': RouteCache.perCustomer() }`. GET alone is
   * cached. Only one may name a method. Nothing of a protected API is cached besides.
   *
   * @default - nothing is cached, and no cache is made
   */
  readonly cache?: { [route: string]: RouteCache };

  /**
   * How much the cache holds. It is paid for by the hour, and emptied where its size changes.
   *
   * @default - what the API's stage says, or else CacheClusterSize.GB_0_5
   */
  readonly cacheClusterSize?: CacheClusterSize;

  /**
   * Whose browsers may call the billing routes and read refusals.
   *
   * @default - the API's `defaultCorsPreflightOptions`; CORS is off without them
   */
  readonly cors?: CorsOptions;

  /**
   * Whether answers carry headers that the authorizer computed: the 402 `Link`, `RateLimit`, `RateLimit-Policy`, `Retry-After`,
   * `PAYMENT-REQUIRED` and `WWW-Authenticate`; answers that API Gateway maps itself, those of integrations that are no proxies, `RateLimit`,
   * `RateLimit-Policy` and `Payment-Receipt`. Without them, persons and plain programs find the same in the 402's body; clients of x402 and
   * of the Payment scheme find nothing.
   *
   * @default true
   */
  readonly paymentHeaders?: boolean;

  /**
   * The stage that serves the API, for one that CDK does not deploy: `Stage.fromStageAttributes(…)` for a stage that is made elsewhere, to
   * which this stack then deploys the API whenever its own methods change, or a `Stage` of this app.
   *
   * @default - the API's own, `deploymentStage`
   */
  readonly stage?: IStage;

  /**
   * The URL that callers know the API by, for where Stripe's events go: `https://api.example.com/v1`. Links in answers need none, as they
   * follow the URL of the request.
   *
   * @default - the custom domain that the API was made with (`RestApiProps.domainName`), or else the stage's own URL
   */
  readonly publicUrl?: string;

  /**
   * The ARN of a web ACL of AWS WAF, of the scope `REGIONAL`, to put in front of the API's stage. What it blocks is charged nothing, since it
   * is asked before the authorizer.
   *
   * @default - none
   */
  readonly webAclArn?: string;

  /**
   * Headers by which backends that are called by HTTP learn who calls, his plan and what is left to him. A caller cannot set them.
   *
   * @default CallerHeaders.named()
   */
  readonly callerHeaders?: CallerHeaders;

  /**
   * By what the operator is known to upstreams, by route (as in `costs`): `{ 'ANY /*': UpstreamAuth.fromSecret(key) }`. For integrations that
   * call by HTTP. The credentials of customers are kept from these upstreams.
   *
   * @default - upstreams are sent what callers send
   */
  readonly upstreamAuth?: { [route: string]: UpstreamAuth };

  /**
   * What requests must be to reach the backend, by route (as in `costs`): `{ 'POST /search': RequestValidation.json(schema) }`.
   *
   * @default - the backend is handed whatever is sent
   */
  readonly requests?: { [route: string]: RequestValidation };
}
