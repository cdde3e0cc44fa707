import { randomInt } from 'node:crypto';
import type { ApiKeyModel, ApiStageModel, RestApiModel, StagedUsagePlan } from '../template/model';
import { apiKeyNotFound, badRequest, conflict, limitExceeded, usagePlanNotFound } from './errors';

/** Per account and Region: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html. */
const MOST_API_KEYS = 10_000;
const MOST_USAGE_PLANS_PER_KEY = 10;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html, which gives the name's limit too. */
const VALUE_LENGTH = { min: 20, max: 128 };
const MOST_NAME_CHARACTERS = 1024;

const LOWER_CASE_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const LETTERS_AND_DIGITS = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${LOWER_CASE_AND_DIGITS}`;

export interface ApiKey extends ApiKeyModel {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
}

/** A key that was made at run time, with the usage plans that it is in. */
export interface RunTimeApiKey extends ApiKey {
  readonly usagePlanIds: readonly string[];
}

/** What CreateApiKey is told; an absent value is generated. */
export type NewApiKey = Omit<ApiKeyModel, 'id' | 'value'> & { readonly value?: string };

/** What UpdateApiKey can change. */
export type ApiKeyChanges = Partial<Pick<ApiKeyModel, 'enabled' | 'name' | 'description' | 'customerId'>>;

export interface ApiKeyRegistryProps {
  /** Those of the template. */
  readonly apiKeys: readonly ApiKeyModel[];
  readonly usagePlans: readonly StagedUsagePlan[];
  /**
   * Those that an earlier start made at run time.
   * @default - none
   */
  readonly runTimeKeys?: readonly RunTimeApiKey[];
  /** @default 10_000 */
  readonly mostApiKeys?: number;
  /** @default Date.now */
  readonly clock?: () => number;
}

interface Membership extends StagedUsagePlan {
  /** The ids of the keys in the plan, by their value: a call names its key by that, and there may be ten thousand. */
  readonly ids: Map<string, string>;
}

/** The API keys and usage plan keys of the account, from the template and made at run time. */
export class ApiKeyRegistry {
  private readonly keys = new Map<string, ApiKey>();
  private readonly values = new Set<string>();
  private readonly plans: ReadonlyMap<string, Membership>;
  private readonly runTimeIds = new Set<string>();
  private readonly mostApiKeys: number;
  private readonly clock: () => number;

  constructor({ apiKeys, usagePlans, runTimeKeys = [], mostApiKeys, clock }: ApiKeyRegistryProps) {
    this.mostApiKeys = mostApiKeys ?? MOST_API_KEYS;
    this.clock = clock ?? Date.now;
    const now = this.clock();
    for (const key of apiKeys) {
      this.put({ ...key, createdAt: now, lastUpdatedAt: now });
    }
    this.plans = new Map(usagePlans.map((staged) => [staged.plan.id, membershipOf(staged)]));
    for (const key of runTimeKeys) {
      this.restore(key);
    }
  }

  /** What the template says of these APIs, for a gateway without a control plane. */
  static of(apis: readonly { readonly model: RestApiModel }[], clock: () => number): ApiKeyRegistry {
    const usagePlans = apis.flatMap(({ model }) => model.usagePlans.map((plan) => ({ plan, stages: [] })));
    return new ApiKeyRegistry({ apiKeys: usagePlans.flatMap(({ plan }) => plan.keys), usagePlans, clock });
  }

  get apiKeys(): Iterable<ApiKey> {
    return this.keys.values();
  }

  get usagePlans(): readonly StagedUsagePlan[] {
    return [...this.plans.values()];
  }

  get runTimeKeys(): RunTimeApiKey[] {
    const keys = [...this.runTimeIds].map((id) => this.get(id));
    return keys.map((key) => ({ ...key, usagePlanIds: this.plansOf(key).map(({ plan }) => plan.id) }));
  }

  get(id: string): ApiKey {
    const key = this.keys.get(id);
    if (key === undefined) {
      throw apiKeyNotFound();
    }
    return key;
  }

  create({ value = randomText(LETTERS_AND_DIGITS, 40), ...others }: NewApiKey): ApiKey {
    checkValue(value);
    checkName(others.name);
    if (this.values.has(value)) {
      throw conflict('API Key already exists');
    }
    if (this.keys.size >= this.mostApiKeys) {
      throw limitExceeded(`an account has at most ${this.mostApiKeys} API keys in a Region`);
    }
    const now = this.clock();
    const id = randomText(LOWER_CASE_AND_DIGITS, 10);
    const key: ApiKey = { ...others, id, value, createdAt: now, lastUpdatedAt: now };
    this.put(key);
    this.runTimeIds.add(id);
    return key;
  }

  update(id: string, changes: ApiKeyChanges): ApiKey {
    const key = this.get(id);
    checkName(changes.name);
    const changed = { ...key, ...changes, lastUpdatedAt: this.clock() };
    this.keys.set(id, changed);
    return changed;
  }

  delete(id: string): void {
    const key = this.get(id);
    for (const { ids } of this.plansOf(key)) {
      ids.delete(key.value);
    }
    this.keys.delete(id);
    this.values.delete(key.value);
    this.runTimeIds.delete(id);
  }

  usagePlan(planId: string): StagedUsagePlan {
    return this.membership(planId);
  }

  usagePlansOf(keyId: string): readonly StagedUsagePlan[] {
    const key = this.keys.get(keyId);
    return key === undefined ? [] : this.plansOf(key);
  }

  /** "A given API key can only be associated with one usage plan for each stage of your API", the page on usage plans says. */
  addToPlan(planId: string, keyId: string): ApiKey {
    const { ids, stages } = this.membership(planId);
    const key = this.get(keyId);
    if (ids.get(key.value) === keyId) {
      throw conflict('the API key is already in this usage plan');
    }
    const others = this.plansOf(key);
    const rival = others.find((other) => stages.some((stage) => holds(other, stage)));
    if (rival !== undefined) {
      throw conflict(`the API key is in the usage plan ${rival.plan.id}, which has a stage in common with this one`);
    }
    if (others.length >= MOST_USAGE_PLANS_PER_KEY) {
      throw limitExceeded(`an API key is in at most ${MOST_USAGE_PLANS_PER_KEY} usage plans`);
    }
    ids.set(key.value, keyId);
    return key;
  }

  keyInPlan(planId: string, keyId: string): ApiKey {
    const { ids } = this.membership(planId);
    const key = this.get(keyId);
    if (ids.get(key.value) !== keyId) {
      throw usagePlanNotFound();
    }
    return key;
  }

  keysInPlan(planId: string): ApiKey[] {
    return [...this.membership(planId).ids.values()].map((id) => this.get(id));
  }

  removeFromPlan(planId: string, keyId: string): void {
    const { value } = this.keyInPlan(planId, keyId);
    this.membership(planId).ids.delete(value);
  }

  /** The key of a call, if it is one of the plan that may be used. */
  enabledKey(planId: string, value: string): ApiKey | undefined {
    const id = this.plans.get(planId)?.ids.get(value);
    const key = id === undefined ? undefined : this.keys.get(id);
    return key?.enabled ? key : undefined;
  }

  private restore({ usagePlanIds, ...key }: RunTimeApiKey): void {
    if (this.values.has(key.value)) {
      // A deployment would end here, with "API Key already exists".
      throw new Error(`the template has an API key with the value of ${key.id}, which was made at run time`);
    }
    this.put(key);
    this.runTimeIds.add(key.id);
    for (const planId of usagePlanIds) {
      // A plan that the template has no more took its usage plan keys with it.
      this.plans.get(planId)?.ids.set(key.value, key.id);
    }
  }

  private put(key: ApiKey): void {
    this.keys.set(key.id, key);
    this.values.add(key.value);
  }

  private plansOf({ id, value }: ApiKey): Membership[] {
    return [...this.plans.values()].filter(({ ids }) => ids.get(value) === id);
  }

  private membership(planId: string): Membership {
    const plan = this.plans.get(planId);
    if (plan === undefined) {
      throw usagePlanNotFound();
    }
    return plan;
  }
}

function membershipOf(staged: StagedUsagePlan): Membership {
  return { ...staged, ids: new Map(staged.plan.keys.map(({ value, id }) => [value, id])) };
}

function holds({ stages }: StagedUsagePlan, { apiId, stage }: ApiStageModel): boolean {
  return stages.some((held) => held.apiId === apiId && held.stage === stage);
}

function checkValue({ length }: string): void {
  if (length < VALUE_LENGTH.min) {
    throw badRequest(`API Key value should be at least ${VALUE_LENGTH.min} characters`);
  }
  if (length > VALUE_LENGTH.max) {
    throw badRequest(`API Key value should be at most ${VALUE_LENGTH.max} characters`);
  }
}

function checkName(name = ''): void {
  if (name.length > MOST_NAME_CHARACTERS) {
    throw badRequest(`API Key name should be at most ${MOST_NAME_CHARACTERS} characters`);
  }
}

function randomText(characters: string, length: number): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('');
}
