import { Template } from 'aws-cdk-lib/assertions';
import {
  HttpIntegration,
  type IntegrationResponse,
  type MethodResponse,
  MockIntegration,
} from 'aws-cdk-lib/aws-apigateway';
import type { ProtectOptions } from '../../lib';
import { paidApp } from './app';

const MAPPED = {
  'method.response.header.RateLimit': 'context.authorizer.rateLimit',
  'method.response.header.RateLimit-Policy': 'context.authorizer.rateLimitPolicy',
  'method.response.header.Payment-Receipt': 'context.authorizer.paymentReceipt',
};
const DECLARED = Object.fromEntries(Object.keys(MAPPED).map((name) => [name, false]));

/** The method that an integration of these answers becomes. */
function methodWith(
  integrationResponses: IntegrationResponse[] | undefined,
  methodResponses: MethodResponse[] = [],
  options: ProtectOptions = {},
) {
  const { stack, api, paywall } = paidApp();
  const integration = new HttpIntegration('https://backend.example/', {
    proxy: integrationResponses === undefined,
    options: { integrationResponses },
  });
  api.root.addResource('rows').addMethod('PATCH', integration, { methodResponses });
  paywall.protect(api, options);
  const methods = Template.fromStack(stack).findResources('AWS::ApiGateway::Method', {
    Properties: { HttpMethod: 'PATCH' },
  });
  return Object.values(methods)[0]?.Properties;
}

test('answers that API Gateway maps tell what is left, and the method declares it', () => {
  const method = methodWith(
    [{ statusCode: '200' }, { statusCode: '404', selectionPattern: '404' }],
    [{ statusCode: '200' }],
  );
  expect(method.Integration.IntegrationResponses).toEqual([
    { StatusCode: '200', ResponseParameters: MAPPED },
    { StatusCode: '404', SelectionPattern: '404', ResponseParameters: MAPPED },
  ]);
  expect(method.MethodResponses).toEqual([
    { StatusCode: '200', ResponseParameters: DECLARED },
    { StatusCode: '404', ResponseParameters: DECLARED },
  ]);
});

test("the app's own mappings stay, whatever case their header is in, and so do answers of 5xx", () => {
  const own = { 'method.response.header.ratelimit': "'own'", 'method.response.header.X-Own': "'x'" };
  const declared = { 'method.response.header.ratelimit': true, 'method.response.header.X-Own': true };
  const method = methodWith(
    [{ statusCode: '200', responseParameters: own }, { statusCode: '502' }],
    [{ statusCode: '200', responseParameters: declared }, { statusCode: '502' }],
  );
  const { 'method.response.header.RateLimit': _mapped, ...others } = MAPPED;
  const { 'method.response.header.RateLimit': _declared, ...otherDeclared } = DECLARED;
  expect(method.Integration.IntegrationResponses).toEqual([
    { StatusCode: '200', ResponseParameters: { ...own, ...others } },
    { StatusCode: '502' },
  ]);
  expect(method.MethodResponses).toEqual([
    { StatusCode: '200', ResponseParameters: { ...declared, ...otherDeclared } },
    { StatusCode: '502' },
  ]);
});

test.each([
  ['a proxy', undefined, {}],
  ['an open route', [{ statusCode: '200' }], { open: ['PATCH /rows'] }],
  ['a route whose payment headers are off', [{ statusCode: '200' }], { paymentHeaders: false }],
])('%s is left as it is', (_, responses, options) => {
  const method = methodWith(responses, [{ statusCode: '200' }], options);
  expect(JSON.stringify(method)).not.toContain('RateLimit');
});

test('an integration that defines no answers has none to map', () => {
  const { stack, api, paywall } = paidApp();
  api.root.addResource('rows').addMethod('PATCH', new MockIntegration());
  paywall.protect(api);
  Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'PATCH',
    Integration: { Type: 'MOCK' },
  });
});
