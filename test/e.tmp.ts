import { paidApp } from './lib/app';
import { openApi } from './lib/openapi/documents';
import { JsonSchemaType, Model, RequestValidator } from 'aws-cdk-lib/aws-apigateway';
import { Cost } from '../lib';
process.env.CDK_VALIDATION='false';
const { stack, paywall, api, backend } = paidApp();
paywall.protect(api, { costs: { 'PUT /files/*': Cost.reported({ estimate: 7 }) }});
  const model = new Model(stack, 'Search', {
    restApi: api,
    schema: { type: JsonSchemaType.OBJECT, properties: { top: { minimum: 0, exclusiveMinimum: true, maximum: 9 } } },
  });
  api.root.addResource('search').addMethod('POST', backend, {
    requestModels: { 'application/json': model },
    requestValidator: new RequestValidator(stack, 'Validator', { restApi: api, validateRequestBody: true }),
    methodResponses: [{ statusCode: '201' }, { statusCode: '409' }],
  });
  const files = api.root.addResource('files').addResource('{proxy+}');
  files.addMethod('ANY', backend);
console.time('t');
openApi(stack);
console.timeEnd('t');
