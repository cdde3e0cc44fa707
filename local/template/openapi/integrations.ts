import { isObject, type JsonObject, object, text } from '../values';

/** By the extension's name. */
const NAMES: Readonly<Record<string, string>> = {
  cacheKeyParameters: 'CacheKeyParameters',
  cacheNamespace: 'CacheNamespace',
  connectionId: 'ConnectionId',
  connectionType: 'ConnectionType',
  contentHandling: 'ContentHandling',
  credentials: 'Credentials',
  httpMethod: 'IntegrationHttpMethod',
  integrationTarget: 'IntegrationTarget',
  passthroughBehavior: 'PassthroughBehavior',
  requestParameters: 'RequestParameters',
  requestTemplates: 'RequestTemplates',
  responseTransferMode: 'ResponseTransferMode',
  timeoutInMillis: 'TimeoutInMillis',
  type: 'Type',
  uri: 'Uri',
};

/** Members whose values are constants, which the extension may write in lower case. */
const CONSTANTS = ['connectionType', 'contentHandling', 'passthroughBehavior', 'responseTransferMode', 'type'];

/** The integration of an operation, as a method has it; nothing where it has none. */
export function integrationOf(operation: JsonObject): JsonObject | undefined {
  const extension = operation['x-amazon-apigateway-integration'];
  if (!isObject(extension)) {
    return undefined;
  }
  const members = Object.entries(NAMES).map(([name, property]) => {
    const value = extension[name];
    return [property, CONSTANTS.includes(name) && typeof value === 'string' ? value.toUpperCase() : value] as const;
  });
  return { ...Object.fromEntries(members), IntegrationResponses: responsesOf(object(extension.responses)) };
}

function responsesOf(responses: JsonObject): JsonObject[] {
  return Object.entries(responses).map(([pattern, response]) => {
    const { statusCode, responseParameters, responseTemplates, contentHandling } = object(response);
    return {
      SelectionPattern: pattern === 'default' ? undefined : pattern,
      StatusCode: text(statusCode),
      ResponseParameters: responseParameters,
      ResponseTemplates: responseTemplates,
      ContentHandling: contentHandling,
    };
  });
}
