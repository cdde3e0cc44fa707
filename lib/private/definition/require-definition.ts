import type { CfnRestApi, IRestApi } from 'aws-cdk-lib/aws-apigateway';
import { dialectOf } from './dialect';
import { isJson, type Json, json } from './json';
import { API_KEY, isApiKey } from './security';

const KEY_SOURCE = 'x-amazon-apigateway-api-key-source';

const REMEDY =
  "pass it inline, `ApiDefinition.fromInline(JSON.parse(readFileSync('openapi.json', 'utf8')))`, or of YAML " +
  "`ApiDefinition.fromInline(parse(readFileSync('openapi.yaml', 'utf8')))` by the package yaml";

/** The definition of an API, as far as a paywall can write into it; nothing where the API is defined by constructs. */
export function requireDefinition(api: IRestApi, resource: CfnRestApi): Json | undefined {
  const { path } = api.node;
  if (resource.bodyS3Location !== undefined) {
    throw new Error(
      `\`api\` must have a definition that the paywall can write into: ${REMEDY}, got: ${path}, whose definition is in S3`,
    );
  }
  if (resource.cloneFrom !== undefined) {
    throw new Error(`\`api\` must be defined in this app, and not cloned, got: ${path}`);
  }
  const { body } = resource;
  if (body === undefined) {
    return undefined;
  }
  if (!isJson(body) || !isJson(body.paths)) {
    const got = isJson(body) && body.paths === undefined ? 'which has no `paths`' : 'which only the deployment knows';
    throw new Error(
      `\`api\` must have a definition that the paywall can write into: ${REMEDY}, got: that of ${path}, ${got}`,
    );
  }
  const dialect = dialectOf(body);
  if (dialect === undefined) {
    const version = body.openapi ?? body.swagger;
    throw new Error(`\`api\` must be defined by OpenAPI 3 or 2.0, got for ${path}: ${JSON.stringify(version)}`);
  }
  const source = body[KEY_SOURCE];
  if (source !== undefined && source !== 'AUTHORIZER') {
    throw new Error(
      `\`api\` must take its API keys from the authorizer, but the definition of ${path} sets ${KEY_SOURCE}, got: ${String(source)}`,
    );
  }
  const scheme = dialect.securitySchemes(body)[API_KEY];
  if (scheme !== undefined && !isApiKey(json(scheme))) {
    throw new Error(
      `\`api\` must leave the name ${API_KEY} to a scheme for the header x-api-key, got for ${path}: ${JSON.stringify(scheme)}`,
    );
  }
  return body;
}
