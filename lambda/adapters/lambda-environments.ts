import { setTimeout as delay } from 'node:timers/promises';
import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  type LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { Environment } from '../../lib/private/environment';
import type { Pause } from './patient-items';

/** Milliseconds between two looks at an update. */
const INTERVAL = 500;

/** For two minutes; an update of a function outside of a VPC takes seconds. */
const MAX_LOOKS = 240;

/** Somebody else changes the function, or has changed it since it was read. */
const OVERTAKEN = new Set(['PreconditionFailedException', 'ResourceConflictException']);

/**
 * The execution environments of a function. Lambda has no call that ends them; but a changed configuration begins new ones, and once
 * the change is through, no further event goes to an old one.
 */
export class LambdaEnvironments {
  constructor(
    private readonly client: LambdaClient,
    private readonly functionName: string,
    private readonly pause: Pause = delay,
  ) {}

  /** Has every further event served by an environment that begins from now on. */
  public async renew(): Promise<void> {
    for (let look = 0; look < MAX_LOOKS; look++) {
      const present = await this.updated();
      try {
        await this.client.send(
          new UpdateFunctionConfigurationCommand({
            FunctionName: this.functionName,
            // What was changed since it was read is not overwritten.
            RevisionId: present.RevisionId,
            Environment: {
              Variables: { ...present.Environment?.Variables, [Environment.REVOKED_AT]: new Date().toISOString() },
            },
          }),
        );
        await this.updated();
        return;
      } catch (error) {
        if (!(error instanceof Error && OVERTAKEN.has(error.name))) {
          throw error;
        }
        await this.pause(INTERVAL);
      }
    }
    throw new Error(`the function ${this.functionName} kept being changed by others`);
  }

  /** The configuration, once no update of it is under way. */
  private async updated(): Promise<GetFunctionConfigurationCommandOutput> {
    for (let look = 0; look < MAX_LOOKS; look++) {
      const present = await this.client.send(new GetFunctionConfigurationCommand({ FunctionName: this.functionName }));
      if (present.LastUpdateStatus === 'Failed') {
        throw new Error(`the function ${this.functionName} could not be updated: ${present.LastUpdateStatusReason}`);
      }
      if (present.LastUpdateStatus !== 'InProgress') {
        return present;
      }
      await this.pause(INTERVAL);
    }
    throw new Error(`an update of the function ${this.functionName} did not end`);
  }
}
