import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Environment } from '../lib/private/environment';
import { LocalClock } from './clock';
import { type ControlPlane, startControlPlane } from './control-plane/control-plane';
import { runCustomResources } from './custom-resources/custom-resources';
import { dashboardPage, LOCAL_DASHBOARD_PATH, LOCAL_METRICS_PATH } from './dashboard/page';
import { EventBuses } from './events/event-buses';
import { LOCAL_EVENTS_PATH, localEvents } from './events/local-events';
import { partnerEventSources } from './events/partner-event-sources';
import { startEventBridge } from './events/put-events';
import type { Faults } from './faults/faults';
import { createGateway } from './gateway';
import { keepSecretValues, keptSecretValues } from './kept-secrets';
import { type LocalLambda, startLambda } from './lambda/lambda';
import type { Schedule } from './lambda/schedule';
import { HtmlPage, withLocalPages } from './local-pages';
import { LOCAL_STACKS_PATH, localStacks } from './local-stacks';
import { createLogSubscriptions, type LogSubscriptions } from './logs/subscriptions';
import { LocalMetrics } from './metrics/local-metrics';
import { findPaywalls, findReconcilers, type PaywallModel } from './paywall';
import { type EventSources, startEventSources } from './queues/event-sources';
import { type LocalQueues, startQueues } from './queues/queues';
import { type Reconciliations, startReconciliations } from './reconciliations';
import { type Schedules, startSchedules } from './schedules/schedules';
import { type LocalSecrets, startSecrets } from './secrets/secrets';
import { type Store, startStore } from './store/store';
import { type StreamSources, startStreamSources } from './streams/stream-sources';
import { type StripeStandIn, startStripe } from './stripe';
import type { EventDestination } from './stripe/event-destination';
import { checkBundles } from './template/missing';
import type { AppModel, RestApiModel } from './template/model';
import { readApp } from './template/read-app';

const HOST = '127.0.0.1';

/** What the stand-in accepts and signs with. They open nothing but this machine's own loopback. */
const STAND_IN = { secretKey: 'sk_test_local', webhookSecret: 'whsec_local' };

export interface DevServerOptions {
  /** The cloud assembly that is served. */
  readonly assemblyDir: string;
  /** 0 is any free port. */
  readonly port: number;
  /** Where state is kept. @default - in memory only */
  readonly dataDir?: string;
  /** Real Stripe in test mode. @default - the stand-in */
  readonly stripe?: StripeTestMode;
  /** Takes what functions print, what becomes of webhooks, and failures. @default - failures go to standard error */
  readonly log?: (line: string) => void;
  /** What goes wrong between functions and what they ask. @default - nothing stands between them */
  readonly faults?: Faults;
}

/** Stripe's own test mode, in place of the stand-in. */
export interface StripeTestMode {
  /** `sk_test_…` */
  readonly secretKey: string;
  /** `whsec_…`, as `stripe listen` prints it. @default - no webhook is accepted */
  readonly webhookSecret?: string;
  /** Where its API is. @default - at Stripe's */
  readonly apiBase?: string;
}

export interface ServedApi {
  readonly model: RestApiModel;
  /** With a slash at its end. */
  readonly url: string;
}

export interface DevServer {
  readonly app: AppModel;
  readonly apis: readonly ServedApi[];
  readonly paywalls: readonly PaywallModel[];
  /** Absent where real Stripe is asked. */
  readonly stripe?: StripeStandIn;
  /** Where the embedded store is, as `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly storeUrl: string;
  /** Where SQS is, as `AWS_ENDPOINT_URL_SQS`. */
  readonly queuesUrl: string;
  /** Where EventBridge is, as `AWS_ENDPOINT_URL_EVENTBRIDGE`. */
  readonly eventsUrl: string;
  /** Where Secrets Manager is, as `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly secretsUrl: string;
  close(): Promise<void>;
}

/** A port is taken; the message is one line that says what to do. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/** What runs, in the order in which it ends: first those who ask, then those who answer. */
interface Parts {
  stripe?: StripeStandIn;
  server?: { close(): Promise<void> };
  logs?: LogSubscriptions;
  metrics?: { close(): void };
  schedules?: Schedules;
  reconciliations?: Reconciliations;
  eventSources?: EventSources;
  streamSources?: StreamSources;
  lambda?: LocalLambda;
  controlPlane?: ControlPlane;
  eventBridge?: { close(): Promise<void> };
  queues?: LocalQueues;
  secrets?: LocalSecrets;
  store?: Store;
  isClosing?: boolean;
}

/** Serves a synthesized app: its APIs on one port, and all that its functions ask for. */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const parts: Parts = {};
  const { log = console.error } = options;
  const close = async () => {
    parts.isClosing = true;
    const { stripe, server, logs, metrics, schedules, reconciliations, eventSources, streamSources } = parts;
    const { lambda, controlPlane, eventBridge, queues, secrets, store } = parts;
    const asking = [stripe, server, logs, metrics, schedules, reconciliations, eventSources, streamSources];
    for (const part of [...asking, lambda, controlPlane, eventBridge, queues, secrets, store]) {
      await part?.close();
    }
  };
  try {
    // What is cut off by the end is no news.
    const report = (line: string) => parts.isClosing || log(line);
    return { ...(await start(options, parts, report)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: DevServerOptions,
  parts: Parts,
  report: (line: string) => void,
): Promise<Omit<DevServer, 'close'>> {
  const { dataDir, log } = options;
  // Stripe itself has a clock that nobody moves.
  const isMovable = options.stripe === undefined && dataDir !== undefined;
  const clock = new LocalClock({ file: isMovable ? join(dataDir, 'clock.json') : undefined });
  const queues = await startQueues();
  parts.queues = queues;
  const app = readApp(options.assemblyDir, { secretValues: await keptSecretValues(dataDir), sqsUrl: queues.url });
  queues.create(app.queues);
  checkBundles(app.functions);
  const paywalls = findPaywalls(app);

  const server = createServer();
  const port = await listen(server, options.port);
  parts.server = { close: () => closeServer(server) };
  const apis = withBasePaths(app.apis).map((api) => ({ ...api, url: `http://${HOST}:${port}${api.basePath}/` }));

  const store = await startStore({ tables: app.tables, dataDir: dataDir && join(dataDir, 'dynamodb'), clock });
  parts.store = store;
  const secrets = await startSecrets({ secrets: secretsOf(app, paywalls, options.stripe) });
  parts.secrets = secrets;
  await keepSecretValues(dataDir, app.secrets);
  const now = () => clock.now();
  const { apiKeys: templateKeys, usagePlans } = app;
  const controlPlane = await startControlPlane({ apiKeys: templateKeys, usagePlans, dataDir, clock: now });
  parts.controlPlane = controlPlane;

  const metrics = new LocalMetrics({ clock: now });
  parts.metrics = metrics;
  metrics.ofQueues(queues, app.queues);
  const invocationsOf = () => parts.lambda?.invocations;
  const delivery = new EventBuses({ rules: app.eventRules, queues, invocations: invocationsOf, now, report });
  const eventBridge = await startEventBridge({ buses: app.eventBuses, delivery, now, report });
  parts.eventBridge = eventBridge;
  const destinations = partnerEventSources({ rules: app.eventRules, delivery });
  const stripe =
    options.stripe === undefined ? await startStandIn(options, clock, apis, paywalls, destinations) : undefined;
  parts.stripe = stripe;
  const lambda = await startLambda({
    functions: app.functions,
    environment: {
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_API_GATEWAY: controlPlane.url,
      AWS_ENDPOINT_URL_DYNAMODB: store.url,
      AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_ENDPOINT_URL_SQS: queues.url,
      // On Lambda the function's own runtime counts; here it is whatever Node.js the developer has.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...stripeEnvironment(stripe, options.stripe),
    },
    clock,
    queues,
    onLog: (name, line) => {
      // Metrics have a page of their own.
      if (!metrics.takeLine(line)) {
        log?.(`${name}: ${line}`);
      }
    },
    metrics,
    report,
    interposition: options.faults,
  });
  parts.lambda = lambda;
  const { runtime, invocations } = lambda;
  const logs = createLogSubscriptions(app.logSubscriptions, invocations, { log: report, clock: now });
  parts.logs = logs;
  const { eventSources, streamSources } = app;
  parts.eventSources = startEventSources({ eventSources, queues, lambda: runtime, report });
  parts.streamSources = startStreamSources({ streamSources, store, queues, lambda: runtime, now, report });
  const { registry: apiKeys } = controlPlane;
  const domainName = `${HOST}:${port}`;
  const gateway = createGateway(apis, runtime, { apiKeys, accessLogs: logs, domainName, clock: now, log: report });
  const stacks = localStacks(app.stacks, apis, {
    LambdaEndpoint: lambda.url,
    DynamoDbEndpoint: store.url,
    ApiGatewayEndpoint: controlPlane.url,
  });
  server.on(
    'request',
    withLocalPages(metrics.ofApis(gateway, apis), {
      [LOCAL_STACKS_PATH]: () => stacks,
      [LOCAL_EVENTS_PATH]: () => localEvents(delivery.recent),
      [LOCAL_METRICS_PATH]: () => metrics.asJson(),
      [LOCAL_DASHBOARD_PATH]: (query) =>
        new HtmlPage(
          dashboardPage({
            dashboards: app.dashboards,
            alarms: app.alarms,
            metrics,
            now: now(),
            range: query.get('range') ?? undefined,
          }),
        ),
    }),
  );
  const schedule: Schedule = (millis, run) => clock.after(millis, run);
  // Where webhooks do not come here, the reconcilers run all the time, and not when the template would have them.
  const reconcilers = stripe === undefined ? findReconcilers(app).map(({ arn }) => arn) : [];
  const schedules = app.schedules.filter(({ functionArn }) => !reconcilers.includes(functionArn));
  parts.schedules = startSchedules({ schedules, invocations, report, clock: now, schedule });
  await runCustomResources({ app, invocations, apis, dataDir, report });
  parts.reconciliations = startReconciliations({ reconcilers, lambda: runtime, report });
  const urls = { storeUrl: store.url, queuesUrl: queues.url, eventsUrl: eventBridge.url, secretsUrl: secrets.url };
  return { app, apis, paywalls, stripe, ...urls };
}

/** Where functions find Stripe; the stand-in sends its events to this machine, which Stripe does not. */
function stripeEnvironment(stripe: StripeStandIn | undefined, testMode: StripeTestMode | undefined) {
  const base = stripe?.url ?? testMode?.apiBase;
  return {
    ...(base !== undefined && { [Environment.STRIPE_API_BASE]: base }),
    ...(stripe !== undefined && { [Environment.STRIPE_REACHES_LOOPBACK]: 'true' }),
  };
}

/**
 * On AWS each API has a host of its own. Here they share one: the first of a stage name is at `/<stage>`, a further one stands
 * behind its logical id, as behind a custom domain's base path.
 */
function withBasePaths(apis: readonly RestApiModel[]): { model: RestApiModel; basePath: string }[] {
  return apis.map((model, index) => {
    const first = apis.findIndex(({ stageName }) => stageName === model.stageName) === index;
    return { model, basePath: `${first ? '' : `/${model.logicalId}`}/${model.stageName}` };
  });
}

function secretsOf(app: AppModel, paywalls: readonly PaywallModel[], stripe: StripeTestMode | undefined) {
  const { secretKey, webhookSecret = 'whsec_none_given' } = stripe ?? STAND_IN;
  const given = new Map(
    paywalls.flatMap(({ stripeSecretKeyArn, webhookSecretArn }): [string, string][] => [
      [stripeSecretKeyArn, secretKey],
      ...(webhookSecretArn === undefined ? [] : [[webhookSecretArn, webhookSecret] satisfies [string, string]]),
    ]),
  );
  const declared = app.secrets.map(({ arn, name, value }) => ({ arn, name, value: given.get(arn) ?? value ?? '' }));
  const others = [...given].filter(([arn]) => !app.secrets.some((secret) => secret.arn === arn));
  return [...declared, ...others.map(([arn, value]) => ({ arn, name: arn.split(':').slice(6).join(':'), value }))];
}

function startStandIn(
  { dataDir, log }: DevServerOptions,
  clock: LocalClock,
  apis: readonly ServedApi[],
  paywalls: readonly PaywallModel[],
  eventDestinations: readonly EventDestination[],
): Promise<StripeStandIn> {
  const withWebhook = paywalls.filter(({ webhookSecretArn }) => webhookSecretArn !== undefined);
  const [protectedApi] = withWebhook.flatMap((paywall) => paywall.apis);
  const served = apis.find(({ model }) => model.id === protectedApi?.api.id);
  const webhookUrl = served && `${served.url}${protectedApi?.billingPath.slice(1)}/stripe/webhook`;
  return startStripe({
    ...STAND_IN,
    webhookUrl: webhookUrl === undefined ? undefined : () => webhookUrl,
    eventDestinations,
    dataDir: dataDir && join(dataDir, 'stripe'),
    clock,
    log,
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const message = `port ${port} of ${HOST} is taken: end what listens there, or pass --port with another`;
      reject(taken ? new PortTakenError(message) : error);
    });
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
