import {
  type APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlansCommand,
  LimitExceededException,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import type { SurrogateKeys } from '../domain/own-keys';

/** Surrogate keys in API Gateway. A key's name is its value, by which it is found again. */
export class ApiGatewaySurrogateKeys implements SurrogateKeys {
  constructor(
    private readonly client: APIGatewayClient,
    /** The ids of the usage plans, by plan. */
    private readonly usagePlans: Readonly<Record<string, string>>,
  ) {}

  public async make(value: string, plan: string): Promise<'made' | 'ceiling'> {
    const usagePlanId = this.usagePlans[plan];
    if (usagePlanId === undefined) {
      throw new Error(`there is no usage plan for plan ${plan}`);
    }
    const keyId = await this.create(value);
    if (keyId === undefined) {
      return 'ceiling';
    }
    try {
      await this.client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
    } catch (error) {
      // Either it is there already, or another change of the Region's usage plans is under way: only a look can tell.
      if (!(error instanceof ConflictException) || !(await this.isIn(usagePlanId, keyId))) {
        throw error;
      }
    }
    return 'made';
  }

  public async remove(value: string): Promise<void> {
    const apiKey = await this.find(value);
    if (apiKey === undefined) {
      return;
    }
    try {
      await this.client.send(new DeleteApiKeyCommand({ apiKey }));
    } catch (error) {
      if (!(error instanceof NotFoundException)) {
        throw error;
      }
    }
  }

  /** The id of a key of that value, which is made unless it is there; nothing where there is no room for it. */
  private async create(value: string): Promise<string | undefined> {
    const known = await this.find(value);
    if (known !== undefined) {
      return known;
    }
    try {
      const description = 'Surrogate key of one customer; not a credential';
      const { id } = await this.client.send(
        new CreateApiKeyCommand({ name: value, value, description, enabled: true }),
      );
      return id;
    } catch (error) {
      if (error instanceof LimitExceededException) {
        return undefined;
      }
      throw error;
    }
  }

  private async find(value: string): Promise<string | undefined> {
    const { items = [] } = await this.client.send(new GetApiKeysCommand({ nameQuery: value, limit: 500 }));
    return items.find(({ name }) => name === value)?.id;
  }

  private async isIn(usagePlanId: string, keyId: string): Promise<boolean> {
    const { items = [] } = await this.client.send(new GetUsagePlansCommand({ keyId }));
    return items.some(({ id }) => id === usagePlanId);
  }
}
