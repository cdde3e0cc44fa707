import { Stack, Token } from 'aws-cdk-lib';
import { CfnBasePathMapping, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type ProtectedApi, resourceOf } from './protected-api';

/** The URL that callers know an API by; nothing where it has no URL of its own, and none is named. */
export function knownUrlOf(api: ProtectedApi, named?: string): string | undefined {
  return isHidden(api) && named === undefined && domainNameOf(api) === undefined ? undefined : publicUrlOf(api, named);
}

/**
 * The URL that callers know an API by, without a slash at its end: the one that is named; else that of the custom domain which the API was
 * made with; else its stage's.
 */
export function publicUrlOf(api: ProtectedApi, named?: string): string {
  if (named !== undefined) {
    return requirePublicUrl(named);
  }
  const domainName = domainNameOf(api);
  if (domainName !== undefined) {
    const mapping = domainName.node.findAll().find((child) => child instanceof CfnBasePathMapping);
    const basePath = mapping?.basePath;
    return `https://${domainName.domainName}${basePath === undefined || basePath === '' ? '' : `/${basePath}`}`;
  }
  const { restApiId, node } = api.api;
  if (isHidden(api)) {
    throw new Error(
      `\`publicUrl\` must name the URL that Stripe can send events to, since ${node.path} has its default endpoint ` +
        'disabled and was made with no domain name, got: undefined',
    );
  }
  const { region, urlSuffix } = Stack.of(api.api);
  return `https://${restApiId}.execute-api.${region}.${urlSuffix}/${api.stage.stageName}`;
}

function isHidden({ api }: ProtectedApi): boolean {
  return resourceOf(api)?.disableExecuteApiEndpoint === true;
}

/** The custom domain that the API was made with. */
function domainNameOf({ api }: ProtectedApi): RestApi['domainName'] {
  return (api as RestApi).domainName;
}

function requirePublicUrl(url: string): string {
  const isHttps = Token.isUnresolved(url) || (URL.canParse(url) && /^https:\/\/[^?#]+$/.test(url));
  if (!isHttps) {
    throw new Error(`\`publicUrl\` must be an https URL without query and fragment, got: ${JSON.stringify(url)}`);
  }
  return withoutSlash(url);
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}
