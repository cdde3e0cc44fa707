import type { APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { decisionLines } from '../adapters/embedded-metrics';
import { isLogged, log } from '../adapters/lean-log';
import { type DecidedCall, DecisionWindow, type UndecidedOutcome } from '../domain/decision-window';

export interface DecisionReportOptions {
  /** Of how many calls there is a line in the log, between 0 and 1. */
  readonly sampleRate: number;
  /** Milliseconds since the epoch. */
  readonly milliseconds: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What the operator is told of calls: metrics of all of them, and a line of those that are sampled. */
export class DecisionReport {
  private readonly window: DecisionWindow;

  constructor(private readonly options: DecisionReportOptions) {
    this.window = new DecisionWindow(
      (batch) => process.stdout.write(decisionLines(batch, process.env.AWS_LAMBDA_FUNCTION_NAME)),
      options.random,
    );
  }

  public readonly countFailOpenCall = () => this.window.countFailOpenCall();

  public readonly countStoreRetry = () => this.window.countStoreRetry();

  /**
   * Nothing that goes wrong here reaches the caller.
   *
   * @param latency milliseconds that the answer took
   * @param context absent where Lambda does not run the handler
   */
  public note(
    call: DecidedCall | UndecidedOutcome,
    latency: number,
    event: APIGatewayRequestAuthorizerEvent,
    context: Pick<Context, 'awsRequestId'> | undefined,
  ): void {
    const { sampleRate, random, milliseconds } = this.options;
    try {
      this.window.note(call, latency, milliseconds());
      if (sampleRate > 0 && random() < sampleRate && isLogged()) {
        log('a call was decided', lineOf(call, latency, event, context));
      }
    } catch {
      // A line that cannot be written is none that could be told of.
    }
  }
}

/** Neither the path, which may hold what the caller alone is to know, nor anything else that he has sent. */
function lineOf(
  call: DecidedCall | UndecidedOutcome,
  latency: number,
  { requestContext, httpMethod, resource }: APIGatewayRequestAuthorizerEvent,
  context: Pick<Context, 'awsRequestId'> | undefined,
) {
  const ids = { function_request_id: context?.awsRequestId, requestId: requestContext.requestId };
  const about = { ...ids, route: `${httpMethod} ${resource}`, latency: Math.round(latency * 1_000) / 1_000 };
  if (typeof call === 'string') {
    return { ...about, outcome: call };
  }
  const { outcome, customer, cost } = call;
  const known = { ...about, outcome, customer, cost };
  switch (call.outcome) {
    case 'suspended':
      return known;
    case 'granted':
      return { ...known, plan: call.plan, remaining: call.remaining, leased: call.leased };
    case 'payment_required':
      return { ...known, plan: call.plan, remaining: call.remaining, reason: call.reason };
  }
}
