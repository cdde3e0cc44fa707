import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ModelPrice, ModelProvider, type ModelRouteOptions } from '../../lib';
import { paidApp } from './app';

const price = ModelPrice.perMillionTokens({ input: 250, output: 2_000, cachedInput: 25 });

function modelApp(options: Partial<ModelRouteOptions> = {}) {
  const app = paidApp();
  const apiKey = Secret.fromSecretNameV2(app.stack, 'ProviderKey', 'models/openai');
  app.paywall.protect(app.api);
  const add = (more: Partial<ModelRouteOptions> = {}) =>
    app.paywall.addModelRoute(app.api, {
      providers: [ModelProvider.openAi({ apiKey })],
      models: { mini: { price } },
      ...options,
      ...more,
    });
  return { ...app, apiKey, add };
}

/** What the proxy is told, in the one place of a template where it is. */
function told(template: Template): string {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const [rendered] = functions.flatMap(
    ({ Properties }) => Properties.Environment?.Variables?.PAYWALL_MODEL_ROUTE ?? [],
  );
  return JSON.stringify(rendered);
}

describe('a model route', () => {
  const { stack, add } = modelApp({ timeout: Duration.minutes(10), estimate: 7 });
  add();
  const template = Template.fromStack(stack);
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method')).map(({ Properties }) => Properties);
  const streamed = methods.filter(({ Integration }) => Integration.ResponseTransferMode === 'STREAM');

  test('streams its answers, for as long as a call may take', () => {
    expect(streamed).toHaveLength(2);
    for (const { Integration, HttpMethod } of streamed) {
      expect(HttpMethod).toBe('POST');
      expect(Integration).toMatchObject({ Type: 'AWS_PROXY', TimeoutInMillis: 600_000 });
      expect(JSON.stringify(Integration.Uri)).toContain('/response-streaming-invocations');
    }
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 600,
      Environment: { Variables: { PAYWALL_MODEL_ROUTE: Match.anyValue() } },
    });
  });

  test('is protected as any other', () => {
    for (const method of streamed) {
      expect(method).toMatchObject({ AuthorizationType: 'CUSTOM', ApiKeyRequired: true });
    }
  });

  test('reserves an estimate that no backend reports of', () => {
    const apis = JSON.stringify(template.findResources('AWS::Lambda::Function'));
    expect(apis).toContain('\\"POST /v1/chat/completions\\":{\\"estimate\\":7,\\"isOfModel\\":true}');
    expect(Object.values(template.findResources('AWS::ApiGateway::Resource'))).not.toContainEqual(
      expect.objectContaining({ Properties: expect.objectContaining({ PathPart: 'reports' }) }),
    );
  });

  test('names the provider’s key by its ARN, which the proxy alone may read', () => {
    expect(told(template)).toContain(':secret:models/openai');
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter((policy) =>
      JSON.stringify(policy).includes('models/openai'),
    );
    expect(policies).toHaveLength(1);
  });

  test('may reserve units, tell what calls have cost, and nothing else', () => {
    const [policy] = Object.values(template.findResources('AWS::IAM::Policy')).filter((one) =>
      JSON.stringify(one).includes('models/openai'),
    );
    const statements = policy?.Properties.PolicyDocument.Statement;
    const actions = statements.flatMap((statement: { Action: string | string[] }) => statement.Action);
    expect(actions.sort()).toEqual([
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'sqs:SendMessage',
    ]);
    expect(JSON.stringify(statements)).toContain(
      '"dynamodb:LeadingKeys":["CUSTOMER#*"],"dynamodb:Attributes":["pk","sk","remaining"]}',
    );
  });
});

describe('where it is', () => {
  const paths = (define: (app: ReturnType<typeof modelApp>) => void) => {
    const app = modelApp();
    define(app);
    const parts = Object.values(Template.fromStack(app.stack).findResources('AWS::ApiGateway::Resource'));
    return parts.map(({ Properties }) => Properties.PathPart);
  };

  test('is as at each provider', () => {
    const found = paths(({ add, apiKey }) => {
      add();
      add({ providers: [ModelProvider.anthropic({ apiKey })] });
      add({ providers: [ModelProvider.gemini({ apiKey })] });
    });
    expect(found).toEqual(
      expect.arrayContaining(['v1', 'chat', 'completions', 'responses', 'messages', 'v1beta', 'models', '{operation}']),
    );
    expect(found.filter((part) => part === 'v1')).toHaveLength(1);
  });

  test('is below a path of yours', () => {
    expect(paths(({ add }) => add({ path: 'ai/openai' }))).toEqual(expect.arrayContaining(['ai', 'openai', 'v1']));
  });

  test('must be free', () => {
    const { add } = modelApp();
    add();
    expect(() => add()).toThrow(
      '`path` must be free, but the API has a method or a cost for it, got: POST /v1/chat/completions',
    );
  });
});

describe('what is refused at synth', () => {
  const { add, apiKey, paywall } = modelApp();

  test.each([
    [{ providers: [] }, '`providers` must hold at least one provider, got: []'],
    [{ models: {} }, '`models` must hold at least one model, got: {}'],
    [{ models: { mini: { price, aliases: ['mini'] } } }, 'got twice: "mini"'],
    [
      { models: { mini: { price, plans: ['gold'] } } },
      '`models["mini"].plans` must name some of ["free","pro"], got: "gold"',
    ],
    [{ models: { mini: { price, plans: [] } } }, '`models["mini"].plans` must name some of ["free","pro"], got: []'],
    [{ models: { mini: { price, maxOutputTokens: 0 } } }, '`models["mini"].maxOutputTokens` must be an integer'],
    [{ models: { ' ': { price } } }, '`models` must be 1 to 256 characters, got: " "'],
    [{ path: '/ai' }, '`path` must be segments of letters, digits, ".", - and _ with a slash between them, got: "/ai"'],
    [{ path: '{tenant}' }, 'got: "{tenant}"'],
    [{ estimate: -1 }, '`estimate` must be an integer between 0 and 1000000000, got: -1'],
    [{ timeout: Duration.minutes(15) }, '`timeout (seconds)` must be an integer between 10 and 840, got: 900'],
    [
      { firstByteTimeout: Duration.minutes(6) },
      '`firstByteTimeout (seconds)` must be an integer between 1 and 300, got: 360',
    ],
  ])('%j', (options, message) => {
    expect(() => add(options)).toThrow(message);
  });

  test('providers that speak different APIs', () => {
    const providers = [ModelProvider.openAi({ apiKey }), ModelProvider.anthropic({ apiKey })];
    expect(() => add({ providers })).toThrow('`providers` must all speak one API');
    expect(() => add({ providers })).toThrow('got: openai, anthropic');
  });

  test.each(['http://api.example.com/v1', 'ftp://x', 'api.openai.com'])('a base URL such as %s', (baseUrl) => {
    expect(() => ModelProvider.openAi({ apiKey, baseUrl })).toThrow(
      '`ModelProvider.openAi: baseUrl` must be an https URL',
    );
  });

  test('a name of nothing', () => {
    const models = { mini: ' ' };
    expect(() => ModelProvider.gemini({ apiKey, models })).toThrow('`ModelProvider.gemini: models["mini"]`');
  });

  test.each([-1, 0.5, 10 ** 9 + 1])('a price of %p', (input) => {
    const message = '`ModelPrice.perMillionTokens: input` must be an integer between 0 and 1000000000';
    expect(() => ModelPrice.perMillionTokens({ input, output: 1 })).toThrow(message);
  });

  test('an API that is not protected', () => {
    const other = paidApp();
    const options = { providers: [ModelProvider.openAi({ apiKey })], models: { mini: { price } } };
    expect(() => paywall.addModelRoute(other.api, options)).toThrow('call `protect(api)` first, got: Stack/Api');
  });

  test('more models than a function’s environment holds', () => {
    const many = modelApp();
    const names = Array.from({ length: 40 }, (_, index) => `a-model-of-some-name-${index}`);
    many.add({ models: Object.fromEntries(names.map((name) => [name, { price }])) });
    expect(() => Template.fromStack(many.stack)).toThrow('`plans`, `topUps` and `models` must fit');
  });
});
