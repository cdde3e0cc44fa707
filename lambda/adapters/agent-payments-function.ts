import type { PaymentAnswer, PaymentOrder } from '../domain/agent-payment';
import { Connection, type HttpAnswer } from './dynamodb-lean/connection';
import { NoAnswerError } from './dynamodb-lean/errors';
import { credentialsFromEnvironment, endpointFromEnvironment, regionFromEnvironment } from './dynamodb-lean/settings';
import { RequestSigner } from './dynamodb-lean/signature';

/** Milliseconds: a little more than the function may take, and less than the authorizer. */
const TIMEOUTS = { connect: 1_000, response: 16_000 };

/**
 * The function that charges what agents pay for, as the authorizer invokes it: by HTTP and nothing between, since the SDK's client
 * alone takes longer to load than the authorizer does.
 */
export class AgentPaymentsFunction {
  private readonly host: string;
  private readonly path: string;
  private readonly connection: Connection;
  private readonly signer: RequestSigner;

  constructor(functionName: string, timeouts = TIMEOUTS) {
    const region = regionFromEnvironment();
    const endpoint = endpointFromEnvironment(region, 'lambda');
    this.host = endpoint.host;
    this.path = `/2015-03-31/functions/${functionName}/invocations`;
    this.connection = new Connection(endpoint, timeouts, { name: 'the agent payments function', path: this.path });
    this.signer = new RequestSigner('lambda', region);
  }

  /** Waits for the answer. An order that is placed again is charged once all the same. */
  public async place(order: PaymentOrder): Promise<PaymentAnswer> {
    const body = JSON.stringify(order);
    try {
      return answerOf(await this.post(body));
    } catch (error) {
      // A kept-alive socket may have died while the authorizer was frozen.
      if (error instanceof NoAnswerError && error.onDeadSocket) {
        return answerOf(await this.post(body));
      }
      throw error;
    }
  }

  public close(): void {
    this.connection.close();
  }

  private post(body: string): Promise<HttpAnswer> {
    const headers = {
      host: this.host,
      'content-length': String(Buffer.byteLength(body)),
      'content-type': 'application/json',
    };
    const signed = this.signer.sign({ path: this.path, headers, body }, credentialsFromEnvironment(), Date.now());
    return this.connection.post(signed, body, TIMEOUTS.connect + TIMEOUTS.response);
  }
}

/** What the function says; an error where it has failed, whose message is for the log alone. */
function answerOf({ statusCode, requestId, body }: HttpAnswer): PaymentAnswer {
  const answer = statusCode === 200 ? parse(body) : undefined;
  if (answer?.outcome === undefined) {
    const reason = answer?.errorMessage ?? `HTTP ${statusCode}`;
    throw new Error(`the payment of an agent could not be carried out: ${reason} (request ${requestId ?? 'unknown'})`);
  }
  return answer as PaymentAnswer;
}

function parse(text: string): { readonly outcome?: string; readonly errorMessage?: string } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
