import { type IAspect, Validations } from 'aws-cdk-lib';
import { CfnGatewayResponse, CfnMethod, CfnStage, type IResource, type IRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import type { Caching } from './caching';
import { tellWhatIsLeft } from './call-headers';
import { resourcePathOf } from './definition/defined-method';
import { isOf } from './parts';
import { covers, formatRoute, type Route } from './routes';
import type { Transformation } from './transformation';

export interface ProtectionProps {
  readonly api: IRestApi;
  readonly authorizerId: string;
  /** The paywall's own resources, some of which are there only when the app is complete: below them no method is protected. */
  readonly own: () => readonly IResource[];
  readonly open: readonly Route[];
  /** The paywall's own gateway responses. */
  readonly responses: IConstruct;
  /** Every route that a prop names, by prop: each must exist in the API. */
  readonly named: Readonly<Record<string, readonly Route[]>>;
  /** Whether answers to calls carry headers that the authorizer computed. */
  readonly paymentHeaders: boolean;
  /** What keeps answers. */
  readonly caching: Caching;
  /** What becomes of requests on their way to the backend. */
  readonly transformation: Transformation;
}

/** A method of the API, and who may call it: `own` is one of the paywall's, and `preflight` is CORS's. */
export interface FoundMethod {
  readonly resource: CfnMethod;
  readonly route: Route;
  readonly access: 'protected' | 'open' | 'own' | 'preflight';
}

/**
 * Puts the paywall's authorizer on every method of an API, also those added after `protect`, but for open routes, CORS preflight
 * and the billing routes. As an aspect it runs when the app is complete.
 */
export class Protection implements IAspect {
  private readonly methods = new Map<string, FoundMethod>();
  private readonly conflicts: string[] = [];

  constructor(private readonly props: ProtectionProps) {}

  public visit(node: IConstruct): void {
    if (node instanceof CfnMethod && isOf(this.props.api, node, node.restApiId)) {
      this.visitMethod(node);
    }
    if (node instanceof CfnGatewayResponse && isOf(this.props.api, node, node.restApiId)) {
      this.visitGatewayResponse(node);
    }
    if (node instanceof CfnStage && isOf(this.props.api, node, node.restApiId)) {
      this.props.caching.seeStage(node);
    }
  }

  /** All methods, as far as the app is complete. */
  public get found(): FoundMethod[] {
    return [...this.methods.values()];
  }

  /** Resource paths of what a person can try with a key: protected, and by GET. */
  public get tryable(): string[] {
    const gets = this.found.filter(
      ({ access, route }) => access === 'protected' && ['GET', 'ANY'].includes(route.httpMethod),
    );
    return gets.map(({ route }) => route.resourcePath);
  }

  /** What only the finished app can tell; one message a fault. */
  public validate(): string[] {
    const theirs = this.theirs();
    const missing = Object.entries(this.props.named).flatMap(([prop, routes]) =>
      routes
        .filter((route) => !theirs.some((method) => covers(route, method)))
        .map(
          (route) =>
            `\`${prop}\` must name routes of the API ${this.path}, which has ${this.known()}, got: "${formatRoute(route)}"`,
        ),
    );
    const { caching, transformation } = this.props;
    return [...missing, ...this.conflicts, ...caching.validate(this.found), ...transformation.validateStage()];
  }

  private visitMethod(node: CfnMethod): void {
    const route = { httpMethod: node.httpMethod, resourcePath: resourcePathOf(node) };
    if (this.props.own().some((resource) => node.node.path.startsWith(`${resource.node.path}/`))) {
      node.authorizationType = 'NONE';
      node.authorizerId = undefined;
      node.apiKeyRequired = false;
      this.methods.set(node.node.path, { resource: node, route, access: 'own' });
      return;
    }
    if (this.methods.has(node.node.path)) {
      return;
    }
    const access = this.accessOf(route);
    const found: FoundMethod = { resource: node, route, access };
    this.methods.set(node.node.path, found);
    const cached = this.props.caching.see(found);
    if (cached !== undefined) {
      this.props.api.latestDeployment?.addToLogicalId({ cached: formatRoute(route), cachedBy: cached.parameters });
    }
    if (access === 'protected') {
      this.protect(node, route, cached !== undefined);
    } else if (access === 'open') {
      node.apiKeyRequired = false;
    }
    this.conflicts.push(...this.props.transformation.apply(node, route, access, cached?.isShared));
  }

  private accessOf(route: Route): Exclude<FoundMethod['access'], 'own'> {
    if (route.httpMethod === 'OPTIONS') {
      // A preflight request carries no credential, so whoever asks for one refuses every browser.
      return 'preflight';
    }
    return this.props.open.some((open) => covers(open, route)) ? 'open' : 'protected';
  }

  private protect(node: CfnMethod, route: Route, isCached: boolean): void {
    if (node.authorizationType !== undefined && node.authorizationType !== 'NONE') {
      this.conflicts.push(
        `${formatRoute(route)} of ${this.path} has an authorizer of its own (${node.authorizationType}): ` +
          `API Gateway asks one only, so remove it or list the route in \`open\``,
      );
      return;
    }
    node.authorizationType = 'CUSTOM';
    node.authorizerId = this.props.authorizerId;
    node.apiKeyRequired = true;
    // What was left when an answer was made is wrong when it is served again, and perhaps to somebody else.
    const headers = this.props.paymentHeaders && !isCached ? tellWhatIsLeft(node) : [];
    Validations.of(node).acknowledge({
      id: 'AwsSolutions::AwsSolutions-COG4',
      reason: 'Callers are authenticated by the quota authorizer of the paywall',
    });
    // Without this, an API that was deployed before would keep serving the methods as they were: a new deployment is made
    // only when the deployment's logical id changes.
    this.props.api.latestDeployment?.addToLogicalId({ protected: formatRoute(route), headers });
  }

  private visitGatewayResponse(node: CfnGatewayResponse): void {
    if (node.node.scopes.includes(this.props.responses)) {
      return;
    }
    const taken = this.props.responses.node.findAll().filter((child) => child instanceof CfnGatewayResponse);
    if (taken.some((response) => response.responseType === node.responseType)) {
      this.conflicts.push(
        `${node.node.path} sets the gateway response ${node.responseType}, which the paywall sets: remove it`,
      );
    }
  }

  private get path(): string {
    return this.props.api.node.path;
  }

  private theirs(): Route[] {
    return this.found.filter(({ access }) => access !== 'own').map(({ route }) => route);
  }

  private known(): string {
    return this.theirs().map(formatRoute).join(', ') || 'none';
  }
}
