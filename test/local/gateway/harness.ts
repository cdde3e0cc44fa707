import { createServer, type IncomingHttpHeaders, type RequestListener, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createGateway, type GatewayOptions, type MountedApi } from '../../../local/gateway';
import type { InvocationResult, LambdaRuntime } from '../../../local/lambda/runtime';
import type { AuthorizerModel, IntegrationModel, MethodModel, RestApiModel } from '../../../local/template/model';

/** What the tests look at in the events of functions. */
export interface LambdaEvent {
  readonly type?: string;
  readonly methodArn: string;
  readonly authorizationToken?: string;
  readonly path: string;
  readonly httpMethod: string;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
  readonly pathParameters: Record<string, string> | null;
  readonly queryStringParameters: Record<string, string> | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly requestContext: Record<string, unknown> & {
    readonly authorizer?: Record<string, unknown>;
    readonly identity: Record<string, unknown>;
  };
}

export type Handler = (event: LambdaEvent) => unknown;

/** A runtime of plain functions, which remembers what it was asked. */
export class FakeLambda implements LambdaRuntime {
  public readonly events: LambdaEvent[] = [];
  public readonly requestIds: string[] = [];

  constructor(private readonly handlers: Record<string, Handler> = {}) {}

  public async invoke(functionArn: string, event: unknown, requestId = ''): Promise<InvocationResult> {
    this.requestIds.push(requestId);
    const seen: LambdaEvent = JSON.parse(JSON.stringify(event));
    this.events.push(seen);
    try {
      const payload = await this.handlers[functionArn]?.(seen);
      return { ok: true, payload: payload === undefined ? null : JSON.parse(JSON.stringify(payload)) };
    } catch (error) {
      return { ok: false, errorType: 'Error', errorMessage: error instanceof Error ? error.message : String(error) };
    }
  }

  public async close(): Promise<void> {}
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

export interface CallOptions {
  readonly headers?: Record<string, string | string[]> | string[];
  readonly body?: string | Buffer;
}

export class TestServer {
  private static readonly running: TestServer[] = [];

  /** For `afterEach`. */
  public static async closeAll(): Promise<void> {
    await Promise.all(TestServer.running.splice(0).map((server) => server.close()));
  }

  public static async start(listener: RequestListener): Promise<TestServer> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started = new TestServer(server, (server.address() as AddressInfo).port);
    TestServer.running.push(started);
    return started;
  }

  private constructor(
    private readonly server: Server,
    public readonly port: number,
  ) {}

  /** Sends a path as it is written, with no client's notion of what it ought to be. */
  public call(line: string, options: CallOptions = {}): Promise<Answer> {
    const [method, path] = line.split(' ');
    return new Promise((resolve, reject) => {
      const { headers, body } = options;
      const outgoing = request(
        { host: '127.0.0.1', port: this.port, method, path, headers, agent: false },
        (message) => {
          const chunks: Buffer[] = [];
          message.on('data', (chunk: Buffer) => chunks.push(chunk));
          message.on('end', () => {
            const bytes = Buffer.concat(chunks);
            resolve({ status: message.statusCode ?? 0, headers: message.headers, body: bytes.toString('utf8'), bytes });
          });
        },
      );
      outgoing.on('error', reject).end(body);
    });
  }

  /** Sends raw bytes and gives what comes back, as soon as it matches. */
  public raw(bytes: string | Buffer, until: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes));
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        if (until.test(received)) {
          socket.destroy();
        }
      });
      socket.on('error', reject).on('close', () => resolve(received));
    });
  }

  /** Sends raw bytes and hangs up before an answer can come. */
  public abandon(bytes: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes, () => socket.destroy()));
      socket.on('error', reject).on('close', () => resolve());
    });
  }

  private close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

export interface GatewayFixture {
  readonly server: TestServer;
  readonly lambda: FakeLambda;
  readonly log: string[];
}

/** A gateway that serves one API below `/prod`, or the APIs that are given. */
export async function startGateway(
  api: Partial<RestApiModel> | readonly MountedApi[],
  handlers: Record<string, Handler> = {},
  options: Partial<GatewayOptions> = {},
): Promise<GatewayFixture> {
  const lambda = new FakeLambda({ echo: echoHandler, ...handlers });
  const log: string[] = [];
  const apis = 'length' in api ? api : [{ model: restApi(api), basePath: '/prod' }];
  const listener = createGateway(apis as readonly MountedApi[], lambda, { log: (line) => log.push(line), ...options });
  return { server: await TestServer.start(listener), lambda, log };
}

/** Says what route it was reached by. */
const echoHandler: Handler = (event) => ({ statusCode: 200, body: `${event.httpMethod} ${event.path}` });

export function restApi(overrides: Partial<RestApiModel> = {}): RestApiModel {
  return {
    id: 'api1',
    logicalId: 'Api1',
    path: 'Stack/Api',
    name: 'Api',
    stageName: 'prod',
    stageVariables: {},
    apiKeySource: 'HEADER',
    binaryMediaTypes: [],
    methods: [],
    gatewayResponses: {},
    usagePlans: [],
    ...overrides,
  };
}

/** `GET /items/{id}`, answered by the function `echo` unless the integration says otherwise. */
export function method(
  line: string,
  overrides: Partial<Omit<MethodModel, 'integration'>> & { integration?: Partial<IntegrationModel> } = {},
): MethodModel {
  const [httpMethod = '', resourcePath = ''] = line.split(' ');
  return {
    path: `Stack/Api${resourcePath}/${httpMethod}`,
    httpMethod,
    resourceId: `resource-of-${resourcePath}`,
    resourcePath,
    apiKeyRequired: false,
    requestParameters: {},
    ...overrides,
    integration: {
      type: 'AWS_PROXY',
      functionArn: 'echo',
      requestParameters: {},
      requestTemplates: {},
      passthroughBehavior: 'WHEN_NO_MATCH',
      integrationResponses: [],
      timeoutMillis: 29_000,
      ...overrides.integration,
    },
  };
}

export function requestAuthorizer(overrides: Partial<AuthorizerModel> = {}): AuthorizerModel {
  return {
    id: 'authorizer1',
    name: 'authorizer',
    type: 'REQUEST',
    functionArn: 'authorizer',
    identitySources: [],
    resultTtl: 0,
    ...overrides,
  };
}

export function policyAnswer(effect: 'Allow' | 'Deny', resource: string | string[], more: object = {}): object {
  return {
    principalId: 'caller',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }],
    },
    ...more,
  };
}

/** Lets the call through that the event is about. */
export const allowHandler: Handler = (event) => policyAnswer('Allow', event.methodArn);
