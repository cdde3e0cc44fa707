import { type IAspect, Lazy, Stack, Validations } from 'aws-cdk-lib';
import {
  AuthorizationType,
  Cors,
  type CorsOptions,
  type IResource,
  type IRestApi,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import { quoted } from '../cors';
import { PAYMENT_REQUIRED_SCHEMA } from '../payment-required-schema';
import { addToRoot, hasAtRoot } from '../protected-api';
import type { ApiFacts } from './api-facts';
import { SCHEMA_FILE } from './components';
import { openApiDocument } from './document';
import { llmsText } from './llms';
import { jsonTemplate, textTemplate } from './templates';

/** What API Gateway takes, with some room for what only the deployment knows. */
const MAX_TEMPLATE_BYTES = 300_000;

/** Of any page; where the API has no CORS, there is no preflight to answer either: a plain GET needs none. */
const OPEN_TO_ALL: CorsOptions = { allowOrigins: Cors.ALL_ORIGINS, allowMethods: ['GET'] };

interface DiscoveryDocument {
  readonly file: string;
  readonly contentType: string;
  readonly template: () => string;
}

/**
 * Serves the documents by API Gateway itself. Those at the API's root are added when the app is complete, so that the app's own resource
 * of the name stays, wherever it is made; what is in them is made when the template is, so that every method is.
 */
export class DiscoveryRoutes implements IAspect {
  /** The resources at the root of the API that are there so far. */
  public readonly resources: IResource[] = [];

  private readonly documents: readonly DiscoveryDocument[];
  private isComplete = false;

  constructor(private readonly facts: ApiFacts) {
    this.documents = [
      {
        file: 'openapi.json',
        contentType: 'application/json',
        template: () => jsonTemplate(openApiDocument(facts)),
      },
      {
        file: 'llms.txt',
        contentType: 'text/plain; charset=utf-8',
        template: () => textTemplate(llmsText(facts)),
      },
    ];
    const schema = facts.billing.addResource(SCHEMA_FILE, {
      defaultCorsPreflightOptions: facts.api.cors && OPEN_TO_ALL,
    });
    serve(schema, {
      file: SCHEMA_FILE,
      contentType: 'application/schema+json',
      template: () => jsonTemplate(PAYMENT_REQUIRED_SCHEMA),
    });
  }

  public visit(node: IConstruct): void {
    const { api } = this.facts;
    if (node !== api.api || this.isComplete) {
      return;
    }
    this.isComplete = true;
    const missing = this.documents.filter(({ file }) => !hasAtRoot(api, file));
    this.resources.push(
      ...missing.map((document) => serve(addToRoot(api, document.file, api.cors && OPEN_TO_ALL), document)),
    );
  }

  /** What only the finished app can tell; one message a fault. */
  public validate(): string[] {
    const { api } = this.facts.api;
    const served = this.documents.filter(({ file }) => this.resources.some((resource) => resource.node.id === file));
    return served.flatMap(({ file, template }) => {
      const size = bytesOf(api, template());
      return size <= MAX_TEMPLATE_BYTES
        ? []
        : [
            `\`discovery\` must fit into ${MAX_TEMPLATE_BYTES} bytes a document, which is what API Gateway takes: pass ` +
              `\`discovery: { enabled: false }\`, or serve a document of the API's own as /${file}, got for ${api.node.path}: ${size} bytes`,
          ];
    });
  }
}

function bytesOf(api: IRestApi, template: string): number {
  const resolved: unknown = Stack.of(api).resolve(template);
  return Buffer.byteLength(typeof resolved === 'string' ? resolved : JSON.stringify(resolved));
}

/** A document that anybody may read, from any page. */
function serve(resource: IResource, { contentType, template }: DiscoveryDocument): IResource {
  const headers = {
    'Access-Control-Allow-Origin': quoted('*'),
    'Cache-Control': quoted('public, max-age=300'),
    'Content-Type': quoted(contentType),
  };
  const parameters = <T>(make: (source: string) => T) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, source]) => [`method.response.header.${name}`, make(source)]),
    );
  const integration = new MockIntegration({
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    integrationResponses: [
      {
        statusCode: '200',
        responseParameters: parameters((source) => source),
        responseTemplates: { 'application/json': Lazy.uncachedString({ produce: template }) },
      },
    ],
  });
  const method = resource.addMethod('GET', integration, {
    authorizationType: AuthorizationType.NONE,
    apiKeyRequired: false,
    methodResponses: [{ statusCode: '200', responseParameters: parameters(() => true) }],
  });
  const reason = 'It tells programs how to call and how to pay, before they have a key';
  Validations.of(method).acknowledge(
    { id: 'AwsSolutions::AwsSolutions-APIG4', reason },
    { id: 'AwsSolutions::AwsSolutions-COG4', reason },
  );
  return resource;
}
