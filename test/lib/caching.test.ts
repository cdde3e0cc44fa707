import { Duration, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AccessLogFormat,
  type CfnMethod,
  type CfnStage,
  HttpIntegration,
  LogGroupLogDestination,
  MockIntegration,
  type RestApi,
  type RestApiProps,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  CacheClusterSize,
  CachedCost,
  CacheKey,
  Cost,
  type ProtectOptions,
  Refund,
  RouteCache,
  type RouteCacheOptions,
} from '../../lib';
import { ACCESS_LOG_FIELDS } from '../../lib/private/access-log';
import { paidApp } from './app';

const backend = new HttpIntegration('https://backend.example/');

function protectedApp(options: ProtectOptions, apiProps: RestApiProps = {}, extend: (api: RestApi) => void = () => {}) {
  const app = paidApp({}, apiProps);
  extend(app.api);
  app.paywall.protect(app.api, options);
  return app;
}

const templateOf = (...args: Parameters<typeof protectedApp>) => Template.fromStack(protectedApp(...args).stack);

const methodOf = (template: Template, type: string) =>
  Object.values(
    template.findResources('AWS::ApiGateway::Method', {
      Properties: { HttpMethod: 'GET', Integration: { Type: type, CacheKeyParameters: Match.anyValue() } },
    }),
  ).map(({ Properties }) => Properties);

const CREDENTIALS = [
  ...['x-api-key', 'X-Api-Key', 'X-API-Key', 'X-API-KEY'],
  ...['authorization', 'Authorization', 'AUTHORIZATION'],
].map((name) => `method.request.header.${name}`);

describe('what is cached', () => {
  let template: Template;

  beforeAll(() => {
    template = templateOf(
      {
        cache: {
          'GET /items/{id}': RouteCache.perCustomer({
            ttl: Duration.minutes(10),
            keys: [CacheKey.query('page'), CacheKey.header('Accept-Language'), CacheKey.path('id')],
            cost: CachedCost.free(),
          }),
          'GET /rates': RouteCache.shared({ encrypted: false }),
          'GET /health2': RouteCache.shared(),
        },
        open: ['GET /health2'],
      },
      {
        deployOptions: {
          throttlingRateLimit: 100,
          methodOptions: { '/rates/GET': { metricsEnabled: true }, '/items/{id}/GET': { throttlingBurstLimit: 7 } },
        },
      },
      (api) => {
        api.root.addResource('rates').addMethod('GET', new HttpIntegration('https://b.example/', { proxy: false }));
        api.root.addResource('health2').addMethod('GET', backend);
      },
    );
  });

  test('the stage gets a cache, which keeps what is named and nothing else', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
    expect(stage?.Properties).toMatchObject({ CacheClusterEnabled: true, CacheClusterSize: '0.5' });
    const settings: Record<string, unknown>[] = stage?.Properties.MethodSettings;
    const of = (path: string) => settings.filter(({ ResourcePath }) => ResourcePath === path);
    expect(settings).toHaveLength(4);
    expect(of('/*')).toEqual([
      expect.objectContaining({ HttpMethod: '*', CachingEnabled: false, ThrottlingRateLimit: 100 }),
    ]);
    expect(of('/~1items~1{id}')).toEqual([
      expect.objectContaining({
        HttpMethod: 'GET',
        CachingEnabled: true,
        CacheTtlInSeconds: 600,
        CacheDataEncrypted: true,
        ThrottlingRateLimit: 100,
        ThrottlingBurstLimit: 7,
      }),
    ]);
    expect(of('/~1rates')).toEqual([
      expect.objectContaining({
        CachingEnabled: true,
        CacheTtlInSeconds: 300,
        CacheDataEncrypted: false,
        MetricsEnabled: true,
      }),
    ]);
  });

  test('an answer of one’s own is found by the path, by all spellings of the credentials, and by what is named', () => {
    const [method] = methodOf(template, 'AWS_PROXY');
    const languages = ['accept-language', 'Accept-Language', 'ACCEPT-LANGUAGE'].map(
      (name) => `method.request.header.${name}`,
    );
    const keys: string[] = method?.Integration.CacheKeyParameters;
    const wanted = [
      'method.request.path.id',
      ...CREDENTIALS,
      ...languages,
      'method.request.multivaluequerystring.page',
    ];
    expect([...keys].sort()).toEqual([...wanted].sort());
    expect(method?.RequestParameters).toEqual(Object.fromEntries(wanted.map((name) => [name, false])));
  });

  test('a shared answer is found by nothing of its caller, and tells nothing of him', () => {
    const [rates] = methodOf(template, 'HTTP');
    expect(rates?.Integration.CacheKeyParameters).toEqual([]);
    expect(JSON.stringify(rates)).not.toContain('RateLimit');
    expect(methodOf(template, 'HTTP_PROXY')[0]).toMatchObject({ AuthorizationType: 'NONE' });
  });

  test('the authorizer knows what the cache tells apart, and what is free', () => {
    const [item] = Object.values(template.toJSON().Resources as Record<string, { Properties?: unknown }>)
      .map(({ Properties }) => JSON.stringify(Properties ?? {}))
      .filter((text) => text.includes('PAYWALL_APIS'));
    const caches = /"caches":(\{.*?\}),"billingPath"/.exec(item?.replaceAll('\\"', '"') ?? '')?.[1];
    expect(JSON.parse(caches ?? '')).toEqual({
      'GET /items/{id}': { perCustomer: true, headers: ['Accept-Language'], free: true },
      'GET /rates': {},
      'GET /health2': {},
    });
  });

  test('a change of what is cached is a new deployment', () => {
    const deploymentOf = (cache: ProtectOptions['cache']) =>
      Object.keys(templateOf({ cache }).findResources('AWS::ApiGateway::Deployment'));
    const one = deploymentOf({ 'GET /items/{id}': RouteCache.perCustomer() });
    expect(deploymentOf({ 'GET /items/{id}': RouteCache.perCustomer({ ttl: Duration.minutes(1) }) })).toEqual(one);
    expect(deploymentOf({ 'GET /items/{id}': RouteCache.shared() })).not.toEqual(one);
    expect(deploymentOf({})).not.toEqual(one);
  });
});

describe('the size of the cache', () => {
  const cache = { 'GET /items/{id}': RouteCache.perCustomer() };

  test.each<[string, ProtectOptions, RestApiProps, string]>([
    ['is an option', { cacheClusterSize: CacheClusterSize.GB_6_1 }, {}, '6.1'],
    ['is left to the stage', {}, { deployOptions: { cacheClusterEnabled: true, cacheClusterSize: '1.6' } }, '1.6'],
  ])('%s', (_, options, apiProps, size) => {
    templateOf({ cache, ...options }, apiProps).hasResourceProperties('AWS::ApiGateway::Stage', {
      CacheClusterSize: size,
    });
  });

  test.each<[string, ProtectOptions, RestApiProps, RegExp]>([
    [
      'is one',
      { cache, cacheClusterSize: CacheClusterSize.GB_6_1 },
      { deployOptions: { cacheClusterSize: '1.6' } },
      /`cacheClusterSize` must be what Stack\/Api.* says, which is "1\.6", or be left out, got: "6\.1"/,
    ],
    [
      'is of a cache that there is',
      { cacheClusterSize: CacheClusterSize.GB_6_1 },
      {},
      /`cacheClusterSize` must be left out where `cache` names no route, got: "6\.1"/,
    ],
    [
      'is of a cache that is not turned off',
      { cache },
      { deployOptions: { cacheClusterEnabled: false } },
      /`cache` needs the cache of Stack\/Api.*: leave out cacheClusterEnabled, got: false/,
    ],
  ])('%s', (_, options, apiProps, message) => {
    expect(() => protectedApp(options, apiProps)).toThrow(message);
  });

  test('nothing is made where nothing is cached, and a cache that the app makes caches nothing by itself', () => {
    const [stage] = Object.values(templateOf({}).findResources('AWS::ApiGateway::Stage'));
    expect(JSON.stringify(stage)).not.toMatch(/Cach/);
    const own = templateOf({}, { deployOptions: { cacheClusterEnabled: true } });
    own.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [Match.objectLike({ ResourcePath: '/*', HttpMethod: '*', CachingEnabled: false })],
    });
  });
});

describe('what would give away calls or answers is refused', () => {
  const own = RouteCache.perCustomer();
  const free: RouteCacheOptions = { cost: CachedCost.free() };

  test.each<[string, () => unknown, RegExp]>([
    [
      'no time',
      () => RouteCache.perCustomer({ ttl: Duration.seconds(0) }),
      /`RouteCache\.perCustomer: ttl` .*got: .*0/,
    ],
    ['days', () => RouteCache.shared({ ttl: Duration.hours(2) }), /`RouteCache\.shared: ttl` .* 1 hour, .*got: .*2/],
    ['half a second', () => RouteCache.shared({ ttl: Duration.millis(500) }), /in whole seconds, got: .*500/],
    ['a name that API Gateway refuses', () => CacheKey.query('a b'), /`CacheKey\.query` must .*got: "a b"/],
    ['no name', () => CacheKey.header(''), /`CacheKey\.header` must .*got: ""/],
    [
      'a method that changes something',
      () => protectedApp({ cache: { 'POST /items/{id}': own } }),
      /`cache` must name routes of GET, .*got: "POST \/items\/\{id\}"/,
    ],
    [
      'free answers where nothing is given back',
      () => protectedApp({ cache: { 'GET /items/{id}': RouteCache.perCustomer(free) }, refund: Refund.none() }),
      /`cache\["GET \/items\/\{id\}"\]` must not be CachedCost\.free\(\) .*got: Refund\.none\(\)/,
    ],
  ])('%s', (_, define, message) => {
    expect(define).toThrow(message);
  });

  type Extend = (api: RestApi, stack: Stack) => void;

  /** Faults of finished apps, each with the message by which it is refused. */
  test.each<[string, ProtectOptions, RegExp, Extend?, RestApiProps?]>([
    [
      'a route that is not there',
      { cache: { 'GET /nowhere': own } },
      /`cache` must name routes of .*got: "GET \/nowhere"/,
    ],
    [
      'a billing route',
      { cache: { 'GET /billing/usage': own } },
      /`cache` must name routes of .*got: "GET \/billing\/usage"/,
    ],
    [
      'a method ANY',
      { cache: { 'GET /any': own } },
      /`cache\["GET \/any"\]` must name methods GET, .*got: "ANY \/any"/,
      (api) => api.root.addResource('any').addMethod('ANY', backend),
    ],
    [
      'two ways for one method',
      { cache: { 'GET /items/{id}': own, 'GET /items/*': RouteCache.shared() } },
      /`cache` must name "GET \/items\/\{id\}" once, got: \["GET \/items\/\{id\}","GET \/items\/\*"\]/,
    ],
    [
      'a parameter that the path has not',
      { cache: { 'GET /items/{id}': RouteCache.perCustomer({ keys: [CacheKey.path('city')] }) } },
      /`cache\[.*\]` must have keys that the path has, which are \["id"\] .*got: CacheKey\.path\("city"\)/,
    ],
    [
      'answers of customers where there are none',
      { cache: { 'GET /open': own }, open: ['GET /open'] },
      /must be RouteCache\.shared\(\) for an open route, .*got: RouteCache\.perCustomer\(\)/,
      (api) => api.root.addResource('open').addMethod('GET', backend),
    ],
    [
      'a price for what costs nothing',
      { cache: { 'GET /open': RouteCache.shared(free) }, open: ['GET /open'] },
      /must have no `cost` for an open route, .*got: CachedCost\.free\(\)/,
      (api) => api.root.addResource('open').addMethod('GET', backend),
    ],
    [
      'two settlements of one call',
      {
        cache: { 'GET /items/{id}': RouteCache.perCustomer(free) },
        costs: { 'GET /items/*': Cost.reported({ estimate: 3 }) },
      },
      /must be CachedCost\.full\(\) where the backend reports the cost, .*got: CachedCost\.free\(\)/,
    ],
    [
      'one answer for several plans that is not called so',
      { cache: { 'GET /items/{id}': RouteCache.shared() }, routePlans: { 'GET /items/{id}': ['free', 'pro'] } },
      /must say `acrossPlans: true` where `routePlans` has several .*got: \["free","pro"\]/,
    ],
    [
      'a mock',
      { cache: { 'GET /mocked': own } },
      /must name methods that ask a backend, got: "GET \/mocked", which is a MOCK/,
      (api) => api.root.addResource('mocked').addMethod('GET', new MockIntegration()),
    ],
    [
      'keys of the integration’s own',
      { cache: { 'GET /own': own } },
      /the integration of "GET \/own" must have no cacheNamespace, got: "theirs"/,
      (api) =>
        api.root
          .addResource('own')
          .addMethod('GET', new HttpIntegration('https://b.example/', { options: { cacheNamespace: 'theirs' } })),
    ],
    [
      'a stage that caches everything',
      {},
      /`cache` must say what is cached of a protected API, .*to other customers .*got: cachingEnabled for "\/\*\/\*"/,
      undefined,
      { deployOptions: { cachingEnabled: true } },
    ],
    [
      'a stage that caches a protected method',
      {},
      /`cache` must say .*"GET \/items\/\{id\}" would go to other customers/,
      undefined,
      { deployOptions: { methodOptions: { '/items/{id}/GET': { cachingEnabled: true } } } },
    ],
    [
      'a stage that says the same again',
      { cache: { 'GET /items/{id}': own } },
      /`cache` must say .*got: cachingEnabled for "\/~1items~1\{id\}\/GET"/,
      undefined,
      { deployOptions: { methodOptions: { '/items/{id}/GET': { cachingEnabled: true } } } },
    ],
  ])('%s', (_, options, message, extend = () => undefined, apiProps = {}) => {
    const { stack } = protectedApp(options, apiProps, (api) => extend(api, api.stack));
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test('streams are refused', () => {
    const { stack, api } = protectedApp({ cache: { 'GET /items/{id}': own } });
    const method = api.methods.find(
      ({ httpMethod, resource }) => httpMethod === 'GET' && resource.path === '/items/{id}',
    );
    const l1 = method?.node.defaultChild as CfnMethod;
    l1.integration = { ...(l1.integration as CfnMethod.IntegrationProperty), responseTransferMode: 'STREAM' };
    expect(() => Template.fromStack(stack)).toThrow(/`cache\[.*whose responseTransferMode is STREAM/);
  });

  test('one plan, several plans that are called so, and open methods that the app caches itself are let through', () => {
    const one = { 'GET /items/{id}': RouteCache.shared() };
    expect(() => templateOf({ cache: one, routePlans: { 'GET /items/{id}': ['pro'] } })).not.toThrow();
    const across = { 'GET /items/{id}': RouteCache.shared({ acrossPlans: true }) };
    expect(() => templateOf({ cache: across, routePlans: { 'GET /items/{id}': ['free', 'pro'] } })).not.toThrow();
    const deployOptions = { methodOptions: { '/health/GET': { cachingEnabled: true } } };
    expect(() => templateOf({ open: ['GET /health'] }, { deployOptions })).not.toThrow();
  });

  test('an access log of the stage’s own must tell what came from the cache, where that is free', () => {
    const define = (cost: CachedCost) => {
      const app = paidApp();
      const stage = app.api.deploymentStage.node.defaultChild as CfnStage;
      const { cachedCost: _, ...fields } = ACCESS_LOG_FIELDS;
      stage.accessLogSetting = {
        ...new LogGroupLogDestination(new LogGroup(app.stack, 'Mine')).bind(app.api.deploymentStage),
        format: AccessLogFormat.custom(JSON.stringify(fields)).toString(),
      };
      app.paywall.protect(app.api, { cache: { 'GET /items/{id}': RouteCache.perCustomer({ cost }) } });
    };
    expect(() => define(CachedCost.free())).toThrow(
      /`cache` needs the access log of .* the members "cachedCost": pass/,
    );
    expect(() => define(CachedCost.full())).not.toThrow();
  });
});
