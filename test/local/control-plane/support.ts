import { APIGatewayClient, type APIGatewayServiceException } from '@aws-sdk/client-api-gateway';
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from '../../../local/control-plane/control-plane';
import type { StagedUsagePlan, UsagePlanModel } from '../../../local/template/model';

export const TEMPLATE_KEY = {
  id: 'template01',
  value: 'value-of-the-template',
  enabled: true,
  name: 'template key',
  tags: { team: 'billing' },
};

export interface Fixture extends ControlPlane {
  /** The plain SDK client, as a function has it; it tries once, so that a test sees the first answer. */
  readonly client: APIGatewayClient;
  /** Lets time pass, which else stands still. */
  wait(millis: number): void;
}

const running: (() => Promise<void>)[] = [];

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((close) => close()));
}

/** A control plane with one key in the plan `basic`, and two more plans, the first of which has a stage in common with it. */
export async function start(options: Partial<ControlPlaneOptions> = {}): Promise<Fixture> {
  let now = Date.UTC(2025, 0, 1);
  const controlPlane = await startControlPlane({
    apiKeys: [TEMPLATE_KEY],
    usagePlans: [plan('basic', ['api1/prod'], { keys: [TEMPLATE_KEY] }), plan('pro', ['api1/prod']), plan('other', [])],
    clock: () => now,
    ...options,
  });
  const client = new APIGatewayClient({
    endpoint: controlPlane.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const close = async () => {
    client.destroy();
    await controlPlane.close();
  };
  running.push(close);
  const wait = (millis: number) => {
    now += millis;
  };
  return { ...controlPlane, close, client, wait };
}

/** @param stages such as `api1/prod` */
export function plan(id: string, stages: readonly string[], overrides: Partial<UsagePlanModel> = {}): StagedUsagePlan {
  return {
    plan: { id, name: `${id} plan`, keys: [], ...overrides },
    stages: stages.map((name) => {
      const [apiId = '', stage = ''] = name.split('/');
      return { apiId, stage };
    }),
  };
}

export interface Failure {
  readonly name: string;
  readonly status: number | undefined;
  readonly message: string;
  readonly retryAfterSeconds?: string;
}

/** What the SDK throws, or nothing. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    const { name, message, $metadata, retryAfterSeconds } = error as APIGatewayServiceException & Failure;
    return { name, status: $metadata.httpStatusCode, message, retryAfterSeconds };
  }
}
