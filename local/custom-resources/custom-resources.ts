import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AsynchronousInvocations } from '../lambda/asynchronous-invocations';
import { unqualifiedArn } from '../lambda/function-arn';
import { type Schedule, unrefSchedule } from '../lambda/schedule';
import type { AppModel, CustomResourceModel } from '../template/model';
import { type DeployedCustomResource, KeptCustomResources } from './kept-custom-resources';
import { type StageUrl, withLocalUrls } from './local-urls';
import { type Outcome, type ResponseServer, startResponseServer } from './response-server';

export interface CustomResourcesOptions {
  readonly app: Pick<AppModel, 'customResources' | 'functions' | 'unserved'>;
  readonly invocations: AsynchronousInvocations;
  /** What is served, for URLs among the properties to lead there. */
  readonly apis: readonly StageUrl[];
  /**
   * Where it is kept what providers have made.
   * @default - nowhere: each start creates everything
   */
  readonly dataDir?: string;
  /** Takes a line for every custom resource that fails. */
  readonly report: (line: string) => void;
  /** @default - the machine's own clock */
  readonly schedule?: Schedule;
}

/** CloudFormation waits for an hour. */
const SERVICE_TIMEOUT_SECONDS = 60;

type Target = Omit<CustomResourceModel, 'dependsOn'>;

type Request = { readonly ResourceProperties: Target['properties'] } & (
  | { readonly RequestType: 'Create' }
  | {
      readonly RequestType: 'Update';
      readonly PhysicalResourceId: string;
      readonly OldResourceProperties: Target['properties'];
    }
  | { readonly RequestType: 'Delete'; readonly PhysicalResourceId: string }
);

/**
 * Brings custom resources to what the templates say, as a deployment does: creates and updates in the order of their
 * dependencies, then deletes what was replaced or has gone. Of what fails nothing is rolled back.
 */
export async function runCustomResources(options: CustomResourcesOptions): Promise<void> {
  const kept = await KeptCustomResources.read(options.dataDir);
  if (options.app.customResources.length === 0 && kept.all.length === 0) {
    return;
  }
  const responses = await startResponseServer();
  try {
    const deployment = new Deployment(options, kept, responses);
    await deployment.createAndUpdate();
    await deployment.cleanUp();
  } finally {
    await responses.close();
  }
}

class Deployment {
  private readonly replaced: DeployedCustomResource[] = [];
  private readonly schedule: Schedule;

  constructor(
    private readonly options: CustomResourcesOptions,
    private readonly kept: KeptCustomResources,
    private readonly responses: ResponseServer,
  ) {
    this.schedule = options.schedule ?? unrefSchedule;
  }

  async createAndUpdate(): Promise<void> {
    const failed = new Set<CustomResourceModel>();
    let pending = this.options.app.customResources;
    while (pending.length > 0) {
      const ready = pending.filter((model) => before(model, pending).length === 0);
      // A circle, which CloudFormation refuses, must not go on for ever.
      const next = ready.length > 0 ? ready : pending;
      await Promise.all(
        next.map(async (model) => {
          const [missing] = before(model, [...failed]);
          if (missing !== undefined) {
            this.report(model, `was not run: it depends on ${missing.path}, which failed`);
          }
          if (missing !== undefined || !(await this.deploy(model))) {
            failed.add(model);
          }
        }),
      );
      pending = pending.filter((model) => !next.includes(model));
    }
  }

  async cleanUp(): Promise<void> {
    for (const resource of this.replaced) {
      await this.delete(resource);
    }
    const { customResources, unserved } = this.options.app;
    const isThere = (resource: DeployedCustomResource) =>
      customResources.some((model) => this.kept.find(model) === resource) ||
      // What is named as not served is in the template.
      unserved.some(({ path, type }) => path === resource.path && type === resource.type);
    for (const resource of this.kept.all.filter((one) => !isThere(one)).reverse()) {
      await this.delete(resource);
      await this.kept.delete(resource);
    }
  }

  /** Whether the resource is as the template says now. */
  private async deploy({ dependsOn: _, ...model }: CustomResourceModel): Promise<boolean> {
    const properties = withLocalUrls(model.properties, this.options.apis);
    const earlier = this.kept.find(model);
    if (earlier !== undefined && isDeepStrictEqual(earlier.properties, properties)) {
      return true;
    }
    const outcome = await this.send(
      model,
      earlier === undefined
        ? { RequestType: 'Create', ResourceProperties: properties }
        : {
            RequestType: 'Update',
            PhysicalResourceId: earlier.physicalResourceId,
            ResourceProperties: properties,
            OldResourceProperties: earlier.properties,
          },
    );
    if (!outcome.ok) {
      this.report(model, `could not be ${earlier === undefined ? 'created' : 'updated'}: ${outcome.reason}`);
      return false;
    }
    const { physicalResourceId } = outcome;
    if (earlier !== undefined && earlier.physicalResourceId !== physicalResourceId) {
      this.replaced.push(earlier);
    }
    await this.kept.put({ ...model, properties, physicalResourceId });
    return true;
  }

  /** As with CloudFormation, what cannot be deleted is left behind. */
  private async delete(resource: DeployedCustomResource): Promise<void> {
    const { physicalResourceId: PhysicalResourceId, properties: ResourceProperties } = resource;
    const provider = unqualifiedArn(resource.serviceToken);
    const outcome: Outcome = this.options.app.functions.some(({ arn }) => arn === provider)
      ? await this.send(resource, { RequestType: 'Delete', PhysicalResourceId, ResourceProperties })
      : { ok: false, reason: 'its provider has gone as well' };
    if (!outcome.ok) {
      this.report(resource, `could not be deleted (${PhysicalResourceId}): ${outcome.reason}`);
    }
  }

  private async send(target: Target, request: Request): Promise<Outcome> {
    const { serviceToken, serviceTimeoutSeconds = SERVICE_TIMEOUT_SECONDS } = target;
    const ids = { StackId: target.stackId, RequestId: randomUUID(), LogicalResourceId: target.logicalId };
    const { responseUrl: ResponseURL, outcome } = this.responses.expect(ids);
    const event = { ...request, ServiceToken: serviceToken, ResponseURL, ...ids, ResourceType: target.type };
    const failure = new Promise<Outcome>((resolve) => {
      this.options.invocations.invoke(serviceToken, event, (reason) => resolve({ ok: false, reason }));
    });
    let cancel = (): void => undefined;
    const timeout = new Promise<Outcome>((resolve) => {
      const reason = `its provider gave no response within ${serviceTimeoutSeconds} seconds`;
      cancel = this.schedule(serviceTimeoutSeconds * 1000, () => resolve({ ok: false, reason }));
    });
    const first = await Promise.race([outcome, failure, timeout]);
    cancel();
    return first;
  }

  private report({ path, type }: Target, what: string): void {
    this.options.report(`the custom resource ${path} (${type}) ${what}`.replace(/\s+/g, ' ').trim());
  }
}

/** Those of some custom resources that one depends on. */
function before(model: CustomResourceModel, others: readonly CustomResourceModel[]): readonly CustomResourceModel[] {
  return others.filter(({ stackId, logicalId }) => stackId === model.stackId && model.dependsOn.includes(logicalId));
}
