import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Catalogue } from '../../lib/private/catalogue';
import { MODEL_OPERATIONS, type ModelEntry, type ModelRouteEntry } from '../../lib/private/model-entry';
import { withCors } from '../customer/cors';
import type { Clock } from '../domain/clock';
import { BadModelRequest, type Dialect, ERROR_STATUS, type ModelErrorKind } from '../domain/models/dialect';
import { DIALECTS } from '../domain/models/dialects';
import { ModelInput, type TokenCounter } from '../domain/models/input';
import { unitsOf } from '../domain/models/price';
import {
  type ChargeReport,
  type Reservation,
  type ReservationStore,
  reportsOf,
  reserve,
} from '../domain/models/reservation';
import type { ToldUsage, Usage } from '../domain/models/usage';
import type { Caller } from './caller';
import { chargedCallOf, modelCallOf } from './event';
import { type Answer, paymentAnswer } from './payment';
import { type Asked, type Asking, askProviders, type ProviderPorts, type Streaming } from './providers';

export interface ModelProxyDependencies extends ProviderPorts {
  readonly route: ModelRouteEntry;
  readonly catalogue: Catalogue;
  readonly store: ReservationStore;
  readonly reports: { send(reports: readonly ChargeReport[], delay?: number): Promise<void> };
  readonly count: TokenCounter;
  readonly clock: Clock;
}

/** Seconds after which what was reserved beside the authorizer's charge goes back, if nothing else is told until then. */
const GIVEN_BACK_AFTER = 900;

/** Milliseconds that are left for the end of a call when its time is over. */
const TIME_TO_SETTLE = 3_000;

type Held = Pick<Reservation, 'charged' | 'extra'>;

/**
 * Serves one call of a model: reserves what it can cost, has the first provider answer that can, passes that on as it comes, and settles
 * what it has cost. Whatever ends a call before its answer has begun, costs nothing.
 */
export async function proxyModelCall(
  event: APIGatewayProxyEvent,
  caller: Caller,
  remainingMillis: () => number,
  dependencies: ModelProxyDependencies,
): Promise<void> {
  const call = new ProxiedCall(event, caller, dependencies);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(0, remainingMillis() - TIME_TO_SETTLE));
  try {
    await call.serve(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

class ProxiedCall {
  private held: Held;
  private readonly dialect: Dialect;
  /** What gives back what was reserved if this run does not live to tell; it is sent before the call is over. */
  private safeguard: Promise<void> = Promise.resolve();

  constructor(
    private readonly event: APIGatewayProxyEvent,
    private readonly caller: Caller,
    private readonly dependencies: ModelProxyDependencies,
  ) {
    this.held = { charged: chargedCallOf(event) };
    this.dialect = DIALECTS[dependencies.route.dialect];
  }

  public async serve(deadline: AbortSignal): Promise<void> {
    try {
      await this.proxy(deadline);
    } catch (error) {
      if (!(error instanceof BadModelRequest)) {
        this.logError('a call of a model could not be served', error);
      }
      if (this.caller.hasBegun) {
        // Something was sent that nobody can tell the price of: what the safeguard leaves is charged.
        await this.safeguard;
        return this.caller.end();
      }
      await this.settle(0);
      const [kind, message] =
        error instanceof BadModelRequest
          ? ([error.kind, error.message] as const)
          : (['provider_busy', 'The call could not be served, and costs nothing. Try it again shortly.'] as const);
      await this.answer(this.failure(kind, message));
    }
  }

  private async proxy(deadline: AbortSignal): Promise<void> {
    const { route, store, count } = this.dependencies;
    const call = modelCallOf(this.event, MODEL_OPERATIONS[route.dialect]);
    const operation = this.dialect.operations[call.operation];
    if (operation === undefined) {
      throw new Error(`no operation ${call.operation}`);
    }
    const request = operation.read(call);
    const [model, entry] = this.find(request.model);
    if (entry.plans !== undefined && !entry.plans.includes(this.event.requestContext.authorizer?.plan)) {
      return this.refuseByPlan(entry.plans);
    }
    const input = new ModelInput(call.body, count);
    const { minOutput, answers, isStreamed } = request;
    const wanted = request.maxOutput ?? entry.maxOutputTokens;
    const reserved = await reserve(store, this.held.charged, {
      price: entry.price,
      input,
      maxOutput: wanted,
      minOutput,
      answers,
    });
    if (reserved.kind === 'not_enough') {
      return this.refuse('quota_exhausted', reserved);
    }
    this.hold(reserved);
    const { maxOutput } = reserved;
    const headers = this.headers();
    const asking: Asking = { call, operation, model, isStreamed, maxOutput, headers, deadline };
    const asked = await askProviders(route, this.dialect, asking, this.dependencies);
    const capped: Record<string, string> = maxOutput < wanted ? { 'X-Max-Output-Tokens': String(maxOutput) } : {};
    await this.passOn(asked, asking, entry, input, capped);
  }

  private async passOn(
    asked: Asked,
    { operation, deadline }: Asking,
    entry: ModelEntry,
    input: ModelInput,
    capped: Record<string, string>,
  ): Promise<void> {
    switch (asked.kind) {
      case 'failed':
        await this.settle(0);
        return this.answer(this.failure(asked.failure, TOLD[asked.failure], asked.retryAfter));
      case 'refused':
        await this.settle(0);
        return this.send(asked.status, passedOn(asked.headers), asked.body);
      case 'answered': {
        const usage = await this.whole(operation.usageOf(asked.answer), input, () => operation.outputOf(asked.answer));
        const settled = this.settle(unitsOf(usage, entry.price));
        await this.send(200, { ...passedOn(asked.headers), ...capped }, asked.body, settled);
        return;
      }
      case 'streaming': {
        const isWhole = await this.stream(asked, capped, deadline);
        const { told, output } = asked.meter;
        const usage = await this.streamed(told, output, input, isWhole);
        await this.settle(usage === undefined ? 0 : unitsOf(usage, entry.price));
        await this.caller.end();
      }
    }
  }

  /** How a stream has ended: `gone` where the caller has. */
  private async stream(
    { events, headers, abort }: Streaming,
    capped: Record<string, string>,
    deadline: AbortSignal,
  ): Promise<'whole' | 'failed' | 'gone'> {
    this.caller.begin(200, this.withCors({ ...passedOn(headers), ...capped }));
    try {
      for await (const { raw, isForwarded, isFailure } of events) {
        if (isForwarded && !(await this.caller.write(raw))) {
          abort();
          return 'gone';
        }
        if (isFailure) {
          // The provider has told of it itself.
          abort();
          return 'failed';
        }
      }
      return 'whole';
    } catch (error) {
      this.logError('a stream of a model has ended before its end', error);
      const kind = deadline.aborted ? 'timeout' : 'provider_failed';
      await this.caller.write(this.dialect.streamError(kind, BROKEN_OFF[kind]));
      return 'failed';
    }
  }

  /** What a stream has cost; nothing where it has failed before any of the answer was there. */
  private async streamed(
    told: ToldUsage,
    output: string,
    input: ModelInput,
    end: 'whole' | 'failed' | 'gone',
  ): Promise<Usage | undefined> {
    if (end === 'whole') {
      return this.whole(told, input, () => output);
    }
    if (end === 'failed' && output === '') {
      return undefined;
    }
    // What a provider tells on its way may be of what it has done before.
    const counted = await this.dependencies.count(output);
    return this.whole({ ...told, output: Math.max(told.output ?? 0, counted) }, input, () => output);
  }

  /** Usage as it was told; what was not told is counted. */
  private async whole(told: ToldUsage, input: ModelInput, output: () => string): Promise<Usage> {
    return {
      input: told.input ?? (await input.counted()),
      cachedInput: told.cachedInput ?? 0,
      cacheWriteInput: told.cacheWriteInput ?? 0,
      output: told.output ?? (await this.dependencies.count(output())),
    };
  }

  private hold(reserved: Reservation): void {
    this.held = reserved;
    const { extra } = reserved;
    if (extra !== undefined) {
      this.safeguard = this.dependencies.reports
        .send([{ call: extra, units: 0 }], GIVEN_BACK_AFTER)
        .catch((error) => this.logError('a reservation has no safeguard', error));
    }
  }

  /** Tells what the call has cost. Where that fails, what stands is what the safeguard makes of it. */
  private async settle(units: number): Promise<void> {
    const told = this.dependencies.reports
      .send(reportsOf(this.held, units))
      .catch((error) => this.logError('what a call of a model has cost could not be told', error));
    await Promise.all([told, this.safeguard]);
  }

  private find(name: string): [string, ModelEntry] {
    const { models } = this.dependencies.route;
    const own = Object.entries(models).find(([model, { aliases }]) => model === name || aliases?.includes(name));
    if (own === undefined) {
      const known = Object.keys(models).join(', ');
      const got = JSON.stringify(name.slice(0, 100));
      throw new BadModelRequest(`The model ${got} is not served here. These are: ${known}.`, 'model_not_found');
    }
    return own;
  }

  private async refuseByPlan(plans: readonly string[]): Promise<void> {
    const { charged } = this.held;
    // A reservation of nothing tells how the balance stands.
    const standing = await this.dependencies.store.reserve(charged.customer, 0);
    if (standing === undefined) {
      throw new Error(`customer ${charged.customer} is gone`);
    }
    const balance = { ...standing.balance, remaining: standing.balance.remaining + charged.charged };
    return this.refuse('route_not_in_plan', { balance, cost: charged.charged, plans });
  }

  private async refuse(
    reason: 'quota_exhausted' | 'route_not_in_plan',
    { balance, cost, plans }: Pick<Parameters<typeof paymentAnswer>[3], 'balance' | 'cost' | 'plans'>,
  ): Promise<void> {
    const { catalogue, clock, route } = this.dependencies;
    await this.settle(0);
    const { customer } = this.held.charged;
    const refused = { customer, reason, balance, cost, plans, now: clock() };
    await this.answer(paymentAnswer(this.event, catalogue, route.billingPath, refused));
  }

  private failure(kind: ModelErrorKind, message: string, retryAfter?: string): Answer {
    return {
      status: ERROR_STATUS[kind],
      headers: { 'Content-Type': 'application/json', ...(retryAfter !== undefined && { 'Retry-After': retryAfter }) },
      body: JSON.stringify(this.dialect.error(kind, message)),
    };
  }

  private answer({ status, headers, body }: Answer): Promise<void> {
    return this.send(status, headers, body);
  }

  private async send(
    status: number,
    headers: Record<string, string>,
    body: Uint8Array | string,
    meanwhile?: Promise<void>,
  ): Promise<void> {
    this.caller.begin(status, this.withCors(headers));
    await this.caller.write(body);
    await meanwhile;
    await this.caller.end();
  }

  private headers(): Record<string, string | undefined> {
    return Object.fromEntries(Object.entries(this.event.headers).map(([name, value]) => [name.toLowerCase(), value]));
  }

  private withCors(headers: Record<string, string>): Record<string, string> {
    const answer = withCors({ statusCode: 200, headers, body: '' }, this.event, this.dependencies.route, EXPOSED);
    return answer.headers as Record<string, string>;
  }

  private logError(message: string, error: unknown): void {
    this.dependencies.logError(message, { requestId: this.event.requestContext.requestId }, error);
  }
}

const TOLD: Readonly<Record<ModelErrorKind, string>> = {
  bad_request: 'The provider did not take the request.',
  model_not_found: 'The provider does not know the model.',
  provider_failed: 'No provider of this model could answer. The call costs nothing; try it again.',
  provider_busy: 'All providers of this model are busy. The call costs nothing; try it again shortly.',
  timeout: 'No provider of this model has answered in time. The call costs nothing; try it again.',
};

const BROKEN_OFF = {
  timeout: 'The time of this call is over. What came until here is charged.',
  provider_failed: 'The provider has broken off. What came until here is charged.',
};

/** What a page's script may read of an answer, beyond what browsers show it anyway. */
const EXPOSED = ['Link', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'PAYMENT-REQUIRED', 'X-Max-Output-Tokens'];

/** Of a provider's headers, those that are the caller's business: its limits are the operator's. */
const PASSED_ON = ['content-type', 'x-request-id', 'request-id'];

function passedOn(headers: Headers): Record<string, string> {
  const known = PASSED_ON.map((name) => [name, headers.get(name)] as const);
  return { ...Object.fromEntries(known.filter(([, value]) => value !== null)), 'cache-control': 'no-store' };
}
