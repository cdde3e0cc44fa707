import { Duration } from 'aws-cdk-lib';
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
    expect(deploymentOf({ 'GET /items/{id}': RouteCache.shared() })).not.toEqual(one);
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

  describe('when the app is complete', () => {
    let message = '';

    beforeAll(() => {
      const { stack, api } = protectedApp(
        {
          cache: {
            'GET /nowhere': own,
            'GET /billing/usage': own,
            'GET /any': own,
            'GET /twice': own,
            'GET /twice/*': own,
            'GET /twice/{id}': RouteCache.shared(),
            'GET /items/{id}': RouteCache.perCustomer({ keys: [CacheKey.path('city')] }),
            'GET /open': own,
            'GET /free': RouteCache.shared(free),
            'GET /reported': RouteCache.perCustomer(free),
            'GET /planned': RouteCache.shared(),
            'GET /mocked': own,
            'GET /own': own,
            'GET /stream': own,
            'GET /again': own,
          },
          open: ['GET /open', 'GET /free'],
          costs: { 'ANY /reported': Cost.reported({ estimate: 3 }) },
          routePlans: { 'GET /planned': ['free', 'pro'] },
        },
        {
          deployOptions: {
            methodOptions: { '/again/GET': { cachingEnabled: true }, '/theirs/GET': { cachingEnabled: true } },
          },
        },
        (api) => {
          for (const path of ['open', 'free', 'reported', 'planned', 'stream', 'again', 'theirs']) {
            api.root.addResource(path).addMethod('GET', backend);
          }
          const twice = api.root.addResource('twice');
          twice.addMethod('GET', backend);
          twice.addResource('{id}').addMethod('GET', backend);
          api.root.addResource('any').addMethod('ANY', backend);
          api.root.addResource('mocked').addMethod('GET', new MockIntegration());
          const options = { cacheNamespace: 'theirs' };
          api.root.addResource('own').addMethod('GET', new HttpIntegration('https://b.example/', { options }));
        },
      );
      const stream = api.methods.find(({ resource }) => resource.path === '/stream')?.node.defaultChild as CfnMethod;
      const integration = stream.integration as CfnMethod.IntegrationProperty;
      stream.integration = { ...integration, responseTransferMode: 'STREAM' };
      try {
        Template.fromStack(stack);
      } catch (error) {
        message = (error as Error).message;
      }
    });

    test.each<[string, RegExp]>([
      ['a route that is not there', /`cache` must name routes of .*got: "GET \/nowhere"/],
      ['a billing route', /`cache` must name routes of .*got: "GET \/billing\/usage"/],
      ['a method ANY', /`cache\["GET \/any"\]` must name methods GET, .*got: "ANY \/any"/],
      ['two ways for one method', /`cache` must name "GET \/twice\/\{id\}" once, got: \["GET \/twice\/\*",/],
      [
        'a parameter that the path has not',
        /`cache\["GET \/items\/\{id\}"\]` must have keys that the path has, .* \["id"\] .*got: CacheKey\.path\("city"\)/,
      ],
      [
        'answers of customers where there are none',
        /must be RouteCache\.shared\(\) for an open route, .*got: RouteCache\.perCustomer\(\) for "GET \/open"/,
      ],
      [
        'a price for what costs nothing',
        /must have no `cost` for an open route, .*got: CachedCost\.free\(\) for "GET \/free"/,
      ],
      [
        'two settlements of one call',
        /must be CachedCost\.full\(\) where .*got: CachedCost\.free\(\) for "GET \/reported"/,
      ],
      [
        'one answer for several plans that is not called so',
        /must say `acrossPlans: true` where .* for "GET \/planned", .*got: \["free","pro"\]/,
      ],
      ['a mock', /must name methods that ask a backend, got: "GET \/mocked", which is a MOCK/],
      ['a stream', /got: "GET \/stream", whose responseTransferMode is STREAM/],
      ['keys of the integration’s own', /integration of "GET \/own" must have no cacheNamespace, got: "theirs"/],
      [
        'a stage that caches a protected method itself',
        /`cache` must say .*"GET \/theirs" would go to other customers .*got: cachingEnabled for "\/~1theirs\/GET"/,
      ],
      ['a stage that says the same again', /`cache` must say .*, got: cachingEnabled for "\/~1again\/GET"/],
    ])('%s', (_, expected) => {
      expect(message).toMatch(expected);
    });

    test('what is right of it is not complained of', () => {
      expect(message).not.toContain('"GET /twice" once');
      expect(message.match(/`cache/g)).toHaveLength(14);
    });
  });

  test('a stage that caches everything, for the billing routes as well', () => {
    const { stack } = protectedApp({ open: ['GET /items/{id}'] }, { deployOptions: { cachingEnabled: true } });
    expect(() => Template.fromStack(stack)).toThrow(
      /`cache` must say what is cached of a protected API, .*to other customers .*got: cachingEnabled for "\/\*\/\*"/,
    );
  });

  test('one plan, several plans that are called so, and open methods that the app caches itself are let through', () => {
    const define = () =>
      templateOf(
        {
          cache: { 'GET /items/{id}': RouteCache.shared(), 'GET /all': RouteCache.shared({ acrossPlans: true }) },
          routePlans: { 'GET /items/{id}': ['pro'], 'GET /all': ['free', 'pro'] },
          open: ['GET /health'],
        },
        { deployOptions: { methodOptions: { '/health/GET': { cachingEnabled: true } } } },
        (api) => api.root.addResource('all').addMethod('GET', backend),
      );
    expect(define).not.toThrow();
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
