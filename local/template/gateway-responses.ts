import type { AppTemplates } from './app-templates';
import { apiIdOf } from './methods';
import type { GatewayResponseModel } from './model';
import { text, textMap } from './values';

const RESPONSE_TYPES = new Set([
  'ACCESS_DENIED',
  'API_CONFIGURATION_ERROR',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'AUTHORIZER_FAILURE',
  'BAD_REQUEST_BODY',
  'BAD_REQUEST_PARAMETERS',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'EXPIRED_TOKEN',
  'INTEGRATION_FAILURE',
  'INTEGRATION_TIMEOUT',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'MISSING_AUTHENTICATION_TOKEN',
  'QUOTA_EXCEEDED',
  'REQUEST_TOO_LARGE',
  'RESOURCE_NOT_FOUND',
  'THROTTLED',
  'UNAUTHORIZED',
  'UNSUPPORTED_MEDIA_TYPE',
  'WAF_FILTERED',
]);

export function readGatewayResponses(apiId: string, app: AppTemplates): Record<string, GatewayResponseModel> {
  const responses: Record<string, GatewayResponseModel> = {};
  for (const resource of app.resourcesOf('AWS::ApiGateway::GatewayResponse')) {
    if (apiIdOf(resource) !== apiId) {
      continue;
    }
    resource.attempt(() => {
      const type = text(resource.property('ResponseType')) ?? '';
      // CDK passes any word through, and the deployment is the first to refuse it.
      if (!RESPONSE_TYPES.has(type)) {
        return resource.unserved(`API Gateway has no response type "${type}"`);
      }
      responses[type] = {
        statusCode: text(resource.property('StatusCode')),
        responseParameters: textMap(resource.property('ResponseParameters')),
        responseTemplates: textMap(resource.property('ResponseTemplates')),
      };
    });
  }
  return responses;
}
