import { Token } from 'aws-cdk-lib';
import type { CfnMethod, CfnStage } from 'aws-cdk-lib/aws-apigateway';
import { CallerHeaders } from '../caller-headers';
import type { ProtectOptions } from '../protect-options';
import type { ProtectedApi } from './protected-api';
import {
  callerMappings,
  callsByHttp,
  callsInClear,
  integrationType,
  mapRequestHeaders,
  passedCredentials,
  upstreamMappings,
} from './request-mappings';
import type { RequestValidators } from './request-validators';
import { formatRoute, mostSpecific, parseRoute, type Route } from './routes';
import { stageResource } from './stage-access-log';

export type TransformationOptions = Pick<ProtectOptions, 'callerHeaders' | 'upstreamAuth' | 'requests'>;

type Access = 'protected' | 'open' | 'preflight';

/** What becomes of requests between caller and backend. Methods are handed to it as an aspect finds them. */
export class Transformation {
  /** Every route that a prop names, by prop. */
  public readonly named: Readonly<Record<string, readonly Route[]>>;

  private readonly callerHeaders: CallerHeaders;
  private readonly upstreamAuth: ReadonlyMap<Route, NonNullable<TransformationOptions['upstreamAuth']>[string]>;
  private readonly requests: ReadonlyMap<Route, NonNullable<TransformationOptions['requests']>[string]>;

  constructor(
    private readonly api: ProtectedApi,
    private readonly validators: RequestValidators,
    options: TransformationOptions,
  ) {
    this.callerHeaders = options.callerHeaders ?? CallerHeaders.named();
    this.upstreamAuth = byRoute('upstreamAuth', options.upstreamAuth);
    this.requests = byRoute('requests', options.requests);
    if (api.definition !== undefined && this.requests.size > 0) {
      throw new Error(
        `\`requests\` must be left out for ${api.api.node.path}, whose definition says itself what a request must be ` +
          `(x-amazon-apigateway-request-validator), got: ${JSON.stringify(Object.keys(options.requests ?? {}))}`,
      );
    }
    this.named = { upstreamAuth: [...this.upstreamAuth.keys()], requests: [...this.requests.keys()] };
  }

  /**
   * Sets on a method what the props ask for.
   *
   * @param access whether the authorizer is asked, so that there is a customer; a preflight request is answered, and is nobody's
   * @param isShared whether others get the answer too, which is made for nobody then
   * @returns what cannot be done; one message a fault
   */
  public apply(method: CfnMethod, route: Route, access: Access, isShared = false): string[] {
    const faults =
      access === 'preflight'
        ? mapPreflight(method, this.callerHeaders)
        : [...this.setHeaders(method, route, access === 'protected' && !isShared), ...this.validate(method, route)];
    return faults.map((fault) => `${formatRoute(route)} of ${this.api.api.node.path} ${fault}`);
  }

  /** What only the finished app can tell. */
  public validateStage(): string[] {
    const settings: unknown = stageResource(this.api.stage)?.methodSettings;
    const traced = [settings].flat().some((setting) => (setting as CfnStage.MethodSettingProperty)?.dataTraceEnabled);
    return traced && this.upstreamAuth.size > 0
      ? [
          `${this.api.api.node.path} has \`dataTraceEnabled\`, which writes what is sent to upstreams into the log, the keys of ` +
            '`upstreamAuth` too: turn it off',
        ]
      : [];
  }

  private setHeaders(method: CfnMethod, route: Route, isKnown: boolean): string[] {
    const pattern = mostSpecific([...this.upstreamAuth.keys()], route);
    const auth = pattern && this.upstreamAuth.get(pattern);
    const prop = pattern && `upstreamAuth["${formatRoute(pattern)}"]`;
    if (!callsByHttp(method)) {
      return prop === undefined ? [] : this.withoutUpstream(method, prop);
    }
    const mappings = [
      ...(auth === undefined || prop === undefined ? [] : upstreamMappings(prop, auth)),
      ...callerMappings(this.callerHeaders, isKnown),
    ];
    const passed = auth === undefined ? [] : passedCredentials(method);
    const faults = mapRequestHeaders(method, mappings);
    if (mappings.length > 0) {
      this.redeployFor({ route: formatRoute(route), requestHeaders: mappings });
    }
    if (auth !== undefined && callsInClear(method)) {
      faults.push(
        `calls its upstream by plain http, where anybody on the way could read the key of \`${prop}\`: use https`,
      );
    }
    return [...faults, ...passed.map((source) => `passes on ${source}, which \`${prop}\` keeps from the upstream`)];
  }

  /** API Gateway itself answers for a mock; every other integration has a backend that the key cannot be sent to. */
  private withoutUpstream(method: CfnMethod, prop: string): string[] {
    const type = integrationType(method);
    return type === 'MOCK'
      ? []
      : [
          `has an integration of type ${type ?? 'unknown'}, and \`${prop}\` is for HTTP and HTTP_PROXY: name narrower routes; a Lambda ` +
            'function reads the secret itself (`secret.grantRead(fn)`)',
        ];
  }

  private validate(method: CfnMethod, route: Route): string[] {
    const pattern = mostSpecific([...this.requests.keys()], route);
    const validation = pattern && this.requests.get(pattern);
    if (pattern === undefined || validation === undefined) {
      return [];
    }
    const prop = `requests["${formatRoute(pattern)}"]`;
    if (route.httpMethod === 'ANY' && pattern.httpMethod !== 'ANY') {
      return [`is one method to API Gateway, which validates all its requests alike: \`${prop}\` must name it as ANY`];
    }
    if (method.requestValidatorId !== undefined || method.requestModels !== undefined) {
      return [`has a request validator or models of its own, and \`${prop}\` sets them: remove them, or the prop`];
    }
    if (Token.isUnresolved(method.requestParameters)) {
      return [`has request parameters by a token, so that \`${prop}\` cannot add to them`];
    }
    this.redeployFor({ route: formatRoute(route), request: this.validators.validate(method, pattern, validation) });
    return [];
  }

  /** A stage keeps serving the methods as they were deployed; a new deployment is made only when its logical id changes. */
  private redeployFor(change: object): void {
    this.api.api.latestDeployment?.addToLogicalId(change);
  }
}

/** One that a backend answers learns of nobody either. */
function mapPreflight(method: CfnMethod, headers: CallerHeaders): string[] {
  return callsByHttp(method) ? mapRequestHeaders(method, callerMappings(headers, false)) : [];
}

function byRoute<T>(prop: string, entries: { readonly [route: string]: T } = {}): ReadonlyMap<Route, T> {
  return new Map(Object.entries(entries).map(([text, value]) => [parseRoute(prop, text), value]));
}
