import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Cors, type CorsOptions, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IntegrationResponseModel, MethodModel } from '../../../local/template/model';
import { method, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

interface SynthesizedIntegration {
  readonly RequestTemplates: Record<string, string>;
  readonly IntegrationResponses: {
    readonly StatusCode: string;
    readonly ResponseParameters?: Record<string, string>;
    readonly ResponseTemplates?: Record<string, string>;
  }[];
}

/** The preflight method that CDK makes of the options. */
function preflight(options: CorsOptions): MethodModel {
  const api = new RestApi(new Stack(new App(), 'Stack'), 'Api', { defaultCorsPreflightOptions: options });
  const found = Template.fromStack(Stack.of(api)).findResources('AWS::ApiGateway::Method', {
    Properties: { HttpMethod: 'OPTIONS' },
  });
  const integration: SynthesizedIntegration = Object.values(found)[0]?.Properties.Integration;
  return method('OPTIONS /', {
    integration: {
      type: 'MOCK',
      requestTemplates: integration.RequestTemplates,
      integrationResponses: integration.IntegrationResponses.map(
        (response): IntegrationResponseModel => ({
          statusCode: response.StatusCode,
          responseParameters: response.ResponseParameters ?? {},
          responseTemplates: response.ResponseTemplates ?? {},
        }),
      ),
    },
  });
}

test('every origin', async () => {
  const { server } = await startGateway({ methods: [preflight({ allowOrigins: Cors.ALL_ORIGINS })] });

  const answer = await server.call('OPTIONS /prod/', { headers: { Origin: 'https://a.example' } });

  expect([answer.status, answer.body]).toEqual([204, '']);
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'OPTIONS,GET,PUT,POST,DELETE,PATCH,HEAD',
    'access-control-allow-headers': expect.stringContaining('Authorization'),
  });
  expect(answer.headers).not.toHaveProperty('vary');
});

test.each([
  ['the first origin', { Origin: 'https://a.example' }, 'https://a.example'],
  ['another one', { Origin: 'https://b.example' }, 'https://b.example'],
  ['another one, as HTTP/2 clients write it', { origin: 'https://c.example' }, 'https://c.example'],
  ['an origin that is not allowed', { Origin: 'https://evil.example' }, 'https://a.example'],
  ['no origin', {}, 'https://a.example'],
])('several origins: %s', async (_, headers: Record<string, string>, allowed) => {
  const allowOrigins = ['https://a.example', 'https://b.example', 'https://c.example'];
  const { server, log } = await startGateway({
    methods: [preflight({ allowOrigins, allowCredentials: true, statusCode: 200 })],
  });

  const answer = await server.call('OPTIONS /prod', { headers });

  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': allowed,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  });
  expect(log).toEqual([]);
});
