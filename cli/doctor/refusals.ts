import type { Finding } from './finding';
import type { HttpAnswer } from './http';

/** Something about an answer that is not as it should be. */
interface Fault {
  readonly status: 'warning' | 'failure';
  readonly found: string;
  readonly todo: string;
}

const REDEPLOY =
  'deploy the stack again, its stage included; a gateway response that was changed by hand is put right by that';

/** What API Gateway makes of `WWW-Authenticate` where it does not pass it on. */
const RENAMED = 'x-amzn-remapped-www-authenticate';

/** How an answer is to be: what is different is a fault. */
export interface Expected {
  readonly check: string;
  /** What was called: `GET /forecast with no key`. */
  readonly call: string;
  readonly status: number;
  /** The origin that browsers come from; absent where CORS is off. */
  readonly origin?: string;
}

/** Judges a refusal that API Gateway words. */
export function judgeRefusal(expected: Expected, answer: HttpAnswer): Finding {
  const { check, call, status } = expected;
  const faults = answer.status === status ? faultsOf(expected, answer) : [wrongStatus(expected, answer)];
  const worst = faults.some((fault) => fault.status === 'failure') ? 'failure' : 'warning';
  return faults.length === 0
    ? { check, status: 'ok', found: `${call}: ${status} ${namesOf(answer)}`, todo: null }
    : {
        check,
        status: worst,
        found: `${call}: ${faults.map(({ found }) => found).join('; ')}`,
        todo: [...new Set(faults.map(({ todo }) => todo))].join('; '),
      };
}

function wrongStatus({ status }: Expected, answer: HttpAnswer): Fault {
  const todo =
    answer.status >= 500
      ? 'see what the authorizer’s log says'
      : answer.status < 300
        ? 'the call was served: name a route that is protected by --route, and see that the stage has the last deployment'
        : REDEPLOY;
  return { status: 'failure', found: `${answer.status}, and not ${status}`, todo };
}

function faultsOf({ status, origin }: Expected, answer: HttpAnswer): Fault[] {
  const problem = problemOf(answer);
  return [
    ...header(
      answer,
      'content-type',
      /^application\/problem\+json/,
      'warning',
      'clients tell a problem by it; the body is one all the same',
    ),
    ...header(answer, 'cache-control', /no-store/, 'failure', REDEPLOY),
    ...(problem?.status === status ? [] : [failed(`the body is no problem document of ${status}`)]),
    ...unsubstituted(answer),
    ...(status === 401 ? challenge(answer) : []),
    ...(status === 402 && problem !== undefined ? payment(answer, problem) : []),
    ...(origin === undefined ? [] : cors(answer, origin)),
  ];
}

function failed(found: string): Fault {
  return { status: 'failure', found, todo: REDEPLOY };
}

function header(answer: HttpAnswer, name: string, form: RegExp, status: Fault['status'], todo: string): Fault[] {
  const value = answer.headers.get(name);
  return value !== null && form.test(value) ? [] : [{ status, found: `${name} is ${value ?? 'missing'}`, todo }];
}

/** What API Gateway should have put a value in the place of. */
function unsubstituted({ headers, body }: HttpAnswer): Fault[] {
  const all = [...headers.entries()].map(([name, value]) => `${name}: ${value}`);
  const left = [...all, body].find((text) => /\$?context\.(authorizer|requestId)/.test(text));
  return left === undefined
    ? []
    : [failed(`API Gateway has left a name where its value should be, in ${left.slice(0, 80)}`)];
}

function challenge({ headers }: HttpAnswer): Fault[] {
  const isThere = headers.has('www-authenticate') || headers.has(RENAMED);
  return isThere ? renamed(headers) : [failed('WWW-Authenticate is missing')];
}

function renamed(headers: Headers): Fault[] {
  const isRenamed = headers.has(RENAMED) && !headers.has('www-authenticate');
  return isRenamed ? [failed(`WWW-Authenticate is renamed to ${RENAMED}`)] : [];
}

function payment(answer: HttpAnswer, problem: Problem): Fault[] {
  const { headers } = answer;
  const missing = ['type', 'title', 'detail', 'reason', 'plan'].filter((name) => typeof problem[name] !== 'string');
  const wanted = [
    ...(typeof problem.checkoutUrl === 'string' ? ['link', 'payment-required'] : []),
    ...(typeof problem.limit === 'number' ? ['ratelimit', 'ratelimit-policy'] : []),
    ...(waitingHelps(problem) ? ['retry-after'] : []),
  ].filter((name) => !headers.has(name));
  return [
    ...(missing.length === 0 ? [] : [failed(`the body has no ${missing.join(', ')}`)]),
    ...(wanted.length === 0
      ? []
      : [
          {
            status: 'warning' as const,
            found: `no header ${wanted.join(', ')}`,
            todo:
              'where `paymentHeaders: false` was not chosen, API Gateway has not taken them from the authorizer’s context: ' +
              'the body has the same, and `protect(api, { paymentHeaders: false })` says so',
          },
        ]),
    ...(headers.has('link') && !/rel="?payment"?/.test(headers.get('link') ?? '')
      ? [failed('Link has no rel="payment"')]
      : []),
    ...(/^\d+$/.test(headers.get('retry-after') ?? '1') ? [] : [failed('Retry-After is no number of seconds')]),
    ...agents(headers),
  ];
}

/**
 * What agents pay by. A challenge is there only where `payments` has a `networkId`, and a top-up that can be charged would let the call
 * through; so one that is missing tells nothing.
 */
function agents(headers: Headers): Fault[] {
  const [required, scheme] = [headers.get('payment-required'), headers.get('www-authenticate')];
  return [
    ...renamed(headers),
    ...(required === null || isBase64Json(required) ? [] : [failed('PAYMENT-REQUIRED is no JSON in base64')]),
    ...(scheme === null || /^Payment /i.test(scheme)
      ? []
      : [failed('WWW-Authenticate offers something else than Payment')]),
  ];
}

function cors({ headers }: HttpAnswer, origin: string): Fault[] {
  const allowed = headers.get('access-control-allow-origin');
  return allowed === '*' || allowed === origin
    ? []
    : [failed(`Access-Control-Allow-Origin is ${allowed ?? 'missing'}, so that no page can read the answer`)];
}

type Problem = Readonly<Record<string, unknown>>;

export function problemOf({ body }: Pick<HttpAnswer, 'body'>): Problem | undefined {
  try {
    return Object(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function waitingHelps({ reason, resetsAt, limit, cost }: Problem): boolean {
  return reason === 'quota_exhausted' && typeof resetsAt === 'string' && Number(limit) >= Number(cost);
}

function isBase64Json(text: string): boolean {
  return problemOf({ body: Buffer.from(text, 'base64').toString() }) !== undefined;
}

/** Those of the headers that matter which are there. */
function namesOf({ headers }: HttpAnswer): string {
  const names = ['WWW-Authenticate', 'Link', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'PAYMENT-REQUIRED'];
  const there = names.filter((name) => headers.has(name));
  return there.length === 0 ? 'as a problem' : `with ${there.join(', ')}`;
}
