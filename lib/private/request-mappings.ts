import { Token } from 'aws-cdk-lib';
import type { CfnMethod } from 'aws-cdk-lib/aws-apigateway';
import type { CallerHeaders } from '../caller-headers';
import type { UpstreamAuth } from '../upstream-auth';
import { CREDENTIAL_HEADERS } from './credential-headers';

/** A request header that API Gateway sets, whatever the caller has sent in it. */
export interface HeaderMapping {
  /** The prop that asks for it. */
  readonly prop: string;
  readonly header: string;
  /** `context.authorizer.customer`, or `'a literal'`. */
  readonly source: string;
}

/** Stands where API Gateway is to send nothing: an empty literal might leave what the caller has sent. No customer and no plan is named so. */
const NOBODY = "'-'";

/** In place of a customer's credential; as it stands, `Authorization` names a scheme that nobody has. */
const WITHHELD = "'none'";

const TARGET = 'integration.request.header.';

/** Integrations that send a caller's request, or what is mapped of it, to a backend by HTTP. */
const HTTP_TYPES = ['HTTP', 'HTTP_PROXY'];

/** What tells the backend who calls; `-` where nobody is known. */
export function callerMappings(headers: CallerHeaders, isKnown: boolean): HeaderMapping[] {
  return headers._headers.map(([header, value]) => ({
    prop: 'callerHeaders',
    header,
    source: isKnown ? value.parameter : NOBODY,
  }));
}

/** What shows the operator's key to an upstream, and keeps the customer's from it. */
export function upstreamMappings(prop: string, { _header: header, _source: source }: UpstreamAuth): HeaderMapping[] {
  const withheld = CREDENTIAL_HEADERS.filter((name) => name !== header.toLowerCase());
  return [{ prop, header, source }, ...withheld.map((name) => ({ prop, header: name, source: WITHHELD }))];
}

/** The type of a method's integration; nothing where there is none, or it is not known before the deployment. */
export function integrationType({ integration }: CfnMethod): string | undefined {
  return integration !== undefined && !Token.isUnresolved(integration) && 'type' in integration
    ? integration.type
    : undefined;
}

export function callsByHttp(method: CfnMethod): boolean {
  return HTTP_TYPES.includes(integrationType(method) ?? '');
}

/**
 * Adds the mappings to a method whose integration is of HTTP.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping-sources.html
 *
 * @returns what stands in their way, in words to follow the name of the method
 */
export function mapRequestHeaders(method: CfnMethod, mappings: readonly HeaderMapping[]): string[] {
  const integration = method.integration as CfnMethod.IntegrationProperty;
  const theirs: unknown = integration.requestParameters ?? {};
  const [first] = mappings;
  if (first === undefined) {
    return [];
  }
  if (Token.isUnresolved(theirs)) {
    return [`maps its request by a token, so that \`${first.prop}\` cannot see which headers it sets`];
  }
  const declared = theirs as Record<string, string>;
  const faults = mappings.flatMap((mapping) => faultOf(mapping, declared));
  const set = new Set(mappings.map(({ header }) => targetOf(header)));
  const kept = Object.entries(declared).filter(([target]) => !set.has(target.toLowerCase()));
  const added = mappings.map(({ header, source }) => [`${TARGET}${header}`, source] as const);
  method.integration = { ...integration, requestParameters: Object.fromEntries([...kept, ...added]) };
  return faults;
}

/** The sources of a request's mappings by which a customer's credential goes to the backend under any name. */
export function passedCredentials(method: CfnMethod): string[] {
  const { requestParameters = {} } = method.integration as CfnMethod.IntegrationProperty;
  return Token.isUnresolved(requestParameters)
    ? []
    : Object.values(requestParameters as Record<string, string>).filter((source) => {
        const header = /^method\.request\.(?:multivalue)?header\.(.+)$/.exec(source)?.[1]?.toLowerCase();
        return CREDENTIAL_HEADERS.some((name) => name === header);
      });
}

/** Whether a method calls its backend without TLS: not on the loopback, nor through a VPC link, which leaves no network of one's own. */
export function callsInClear(method: CfnMethod): boolean {
  const { uri, connectionType } = method.integration as CfnMethod.IntegrationProperty;
  const host = /^http:\/\/(\[[^\]]*\]|[^/:?#]+)/i.exec(uri ?? '')?.[1];
  return host !== undefined && connectionType !== 'VPC_LINK' && !['localhost', '127.0.0.1', '[::1]'].includes(host);
}

/** An app that sets a header to the very same has no quarrel with it. What it sets it to may be a secret, and is not said. */
function faultOf({ prop, header, source }: HeaderMapping, declared: Readonly<Record<string, string>>): string[] {
  return Object.entries(declared)
    .filter(([target, theirs]) => target.toLowerCase() === targetOf(header) && theirs !== source)
    .map(([target]) => `maps ${target} itself, which \`${prop}\` sets: remove the mapping, or name another header`);
}

function targetOf(header: string): string {
  return `${TARGET}${header}`.toLowerCase();
}
