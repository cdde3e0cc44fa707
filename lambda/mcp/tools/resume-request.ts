import type { FoundRequest, ResumeDependencies, Resumer } from '../../domain/resume';
import { requestStatus, resumeRequest as resume } from '../../domain/resume';
import { answerContent } from '../answer';
import type { McpCall } from '../dependencies';
import { missingKey } from '../missing-key';
import { failed, structured, type Tool } from '../tool';
import { SUSPENDED } from './payment-context';
import { RESUMED } from './schemas';

const UNKNOWN =
  'There is no request of this account under that token. A refused tool gives one, and so does POST requests.';
const EXPIRED = 'The request has expired, and was not run. Call its tool again.';
const USED = 'The request was run, and is run no second time.';
const LOST =
  'The request was sent to the API, and no answer came in time: it may have been carried out, and is not sent again. ' +
  'Find out what came of it before you call its tool again.';
const WAITING =
  'It would be refused still, and was not run. Ask the person to pay at checkoutUrl, then call this tool again.';
const PAID = 'It would be served now. Call this tool without statusOnly to run it.';

export const resumeRequest: Tool = {
  definition: {
    name: 'resume_request',
    title: 'Run a request that was kept',
    description:
      'Runs a request that was refused until it was paid for, by the token that its refusal gave. It is run once, spends quota as the ' +
      'request would have, and answers as the API does. Before it is paid for, it runs nothing and says so.',
    inputSchema: {
      type: 'object',
      additionalProperties: false,
      required: ['token'],
      properties: {
        token: { type: 'string', description: 'The resume token of a refusal.' },
        statusOnly: { type: 'boolean', default: false, description: 'Tell how it stands, and run nothing.' },
      },
    },
    outputSchema: RESUMED,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  },
  run: async ({ token, statusOnly }, call) => {
    const { caller, dependencies } = call;
    if (caller === undefined) {
      return missingKey(call);
    }
    if (dependencies.resuming === undefined) {
      return failed('No requests are kept here. Call the tool that was refused again, once it is paid for.');
    }
    if (caller.balance.standing === 'suspended') {
      return failed(SUSPENDED);
    }
    const resuming = { ...dependencies, ...dependencies.resuming };
    const resumer = { ...call, ...caller };
    const found = await requestStatus(`${token}`, resumer, resuming);
    return statusOnly === true || found?.status !== 'paid'
      ? told(found)
      : run(`${token}`, found, resumer, call, resuming);
  },
};

function told(found: FoundRequest | undefined) {
  if (found === undefined) {
    return failed(UNKNOWN);
  }
  const { status } = found;
  const expiresAt = new Date(found.expiresAt * 1000).toISOString();
  const detail = { waiting: WAITING, paid: PAID, used: USED, expired: EXPIRED }[status];
  const checkoutUrl = found.status === 'waiting' ? (found.refusal.checkoutUrl ?? null) : null;
  return structured({ status, detail, checkoutUrl, expiresAt }, status === 'used' || status === 'expired');
}

async function run(
  token: string,
  found: FoundRequest,
  resumer: Resumer,
  { publicUrl, credential, dependencies }: McpCall,
  resuming: ResumeDependencies,
) {
  const outcome = await resume(token, resumer, dependencies.openCaller(publicUrl, credential), resuming);
  switch (outcome.kind) {
    case 'unknown':
      return failed(UNKNOWN);
    case 'suspended':
      return failed(SUSPENDED);
    case 'used':
    case 'expired':
      return told({ status: outcome.kind, expiresAt: found.expiresAt });
    case 'lost':
      return structured({ status: 'used', detail: LOST }, true);
    case 'refused':
      return told({ ...found, status: 'waiting', refusal: outcome.refusal });
    case 'answered': {
      const { status } = outcome.answer;
      const detail = 'The request was run, and this is the answer.';
      return structured({ status: 'used', detail, answer: answerContent(outcome.answer) }, status >= 400);
    }
  }
}
