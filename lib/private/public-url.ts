import { Token } from 'aws-cdk-lib';
import { CfnBasePathMapping, type CfnRestApi, type RestApi } from 'aws-cdk-lib/aws-apigateway';

/** The URL that callers know an API by; nothing where it has no URL of its own, and none is named. */
export function knownUrlOf(api: RestApi, named?: string): string | undefined {
  const isHidden = (api.node.defaultChild as CfnRestApi).disableExecuteApiEndpoint === true;
  return isHidden && named === undefined && api.domainName === undefined ? undefined : publicUrlOf(api, named);
}

/**
 * The URL that callers know an API by, without a slash at its end: the one that is named; else that of the custom domain which the API was
 * made with; else its stage's.
 */
export function publicUrlOf(api: RestApi, named?: string): string {
  if (named !== undefined) {
    return requirePublicUrl(named);
  }
  const { domainName, node } = api;
  if (domainName !== undefined) {
    const mapping = domainName.node.findAll().find((child) => child instanceof CfnBasePathMapping);
    const basePath = mapping?.basePath;
    return `https://${domainName.domainName}${basePath === undefined || basePath === '' ? '' : `/${basePath}`}`;
  }
  if ((node.defaultChild as CfnRestApi).disableExecuteApiEndpoint === true) {
    throw new Error(
      `\`publicUrl\` must name the URL that Stripe can send events to, since ${node.path} has its default endpoint ` +
        'disabled and was made with no domain name, got: undefined',
    );
  }
  return withoutSlash(api.urlForPath('/'));
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
