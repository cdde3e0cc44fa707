import type { Probe } from '../../lib/private/operations-doctor';
import { type Finding, failure, ok, warning } from './finding';
import { type HttpAnswer, type HttpRequest, reasonOf, send } from './http';
import { judgeRefusal, problemOf } from './refusals';
import type { ProbedRoute } from './route';

/** One byte more than API Gateway takes. */
const TOO_LARGE = 10 * 1024 * 1024 + 1;

/** Where a page would call from, for which CORS has to be on. */
const ORIGIN = 'https://doctor.invalid';

/** Seconds that clocks may be apart before it is said, and before signatures are refused. */
const SKEWED = 5;
const TOO_SKEWED = 300;

/** An API, as it is called. */
export interface ProbedGateway {
  /** Without a slash at its end. */
  readonly url: string;
  readonly billingPath: string;
  /** Absent where none is known that asks for a key. */
  readonly route?: ProbedRoute;
  /** Customers who are refused; none where nobody can make them. */
  readonly probes: readonly Probe[];
}

/** What API Gateway does, which its documentation leaves open: each by a call that no backend sees. */
export async function checkGateway(gateway: ProbedGateway): Promise<Finding[]> {
  const { url, billingPath, route } = gateway;
  const findings: Finding[] = [];
  try {
    const plans = await send(`${url}/${billingPath}/plans`);
    findings.push(judgePlans(`${url}/${billingPath}/plans`, plans), clock(plans));
    if (route === undefined) {
      const todo = "name one: --route 'GET /items'";
      findings.push(warning('gateway.401', 'not tried: no route is known that asks for a key', todo));
    } else {
      findings.push(...(await checkRefusals(gateway, route)));
    }
    findings.push(await unknownPath(url), await tooLarge(`${url}/${billingPath}/checkout`));
  } catch (error) {
    const todo = 'see that the stack is deployed, and what is in front of it';
    findings.push(failure('gateway.reachable', `${url}: ${reasonOf(error)}`, todo));
  }
  return findings;
}

function judgePlans(url: string, { status, body }: HttpAnswer): Finding {
  return status === 200 && Array.isArray(problemOf({ body })?.plans)
    ? ok('gateway.reachable', url)
    : failure(
        'gateway.reachable',
        `${url} is answered with ${status}`,
        'see that this is the API, and that its stage has the last deployment',
      );
}

function clock({ skew }: HttpAnswer): Finding {
  const check = 'clock.gateway';
  if (skew === undefined) {
    return warning(check, 'its answers have no Date', 'see what is in front of it');
  }
  const found = `${Math.abs(skew) < 1 ? 'less than a second' : `${Math.abs(Math.round(skew))} s`} from this machine’s`;
  const todo = 'set this machine’s clock by NTP: AWS refuses requests that are signed minutes off';
  return Math.abs(skew) <= SKEWED
    ? ok(check, found)
    : Math.abs(skew) <= TOO_SKEWED
      ? warning(check, found, todo)
      : failure(check, found, todo);
}

/** Refusals of one route, with those customers who are there. A route that is open to anybody is tried no further. */
async function checkRefusals({ url, probes }: ProbedGateway, { method, path }: ProbedRoute): Promise<Finding[]> {
  const call = `${method} ${path}`;
  const origin = await preflight(`${url}${path}`, method);
  const corsFinding = ok('gateway.cors', origin === undefined ? `off for ${path}` : `on for ${path}`);
  const ask = (headers: HttpRequest['headers'] = {}) =>
    send(`${url}${path}`, { method, headers: { ...headers, Origin: ORIGIN } });
  const judge = (check: string, status: number, how: string, answer: HttpAnswer) =>
    judgeRefusal({ check, call: `${call} ${how}`, status, origin }, answer);
  const anonymous = await ask();
  const findings = [corsFinding, judge('gateway.401', 401, 'with no key', anonymous)];
  if (anonymous.status !== 401) {
    return findings;
  }
  const keyOf = (state: Probe['state']) => probes.find((probe) => probe.state === state)?.apiKey;
  const [lapsed, exhausted, suspended] = [keyOf('lapsed'), keyOf('exhausted'), keyOf('suspended')];
  if (lapsed === undefined || suspended === undefined) {
    return [
      ...findings,
      warning('gateway.402', 'not tried, nor 403: it takes the paywall’s stack', 'name the stack by --stack'),
    ];
  }
  const owing = await ask({ 'x-api-key': lapsed });
  if (owing.status === 401) {
    const found = `${call} with a key that is in the table: 401`;
    const todo =
      'where callers are known by tokens alone, this cannot be tried; else see what the authorizer’s log says';
    return [...findings, warning('gateway.402', found, todo)];
  }
  findings.push(judge('gateway.402', 402, 'by one who owes', owing));
  // What costs nothing would be served to who has nothing.
  const cost = Number(problemOf(owing)?.cost);
  if (owing.status === 402 && cost > 0 && exhausted !== undefined) {
    findings.push(
      judge('gateway.402-exhausted', 402, 'by one who has no units', await ask({ 'x-api-key': exhausted })),
    );
  }
  findings.push(judge('gateway.403', 403, 'by one who is suspended', await ask({ 'x-api-key': suspended })));
  return findings;
}

/** The origin that is let in, where browsers are. */
async function preflight(url: string, method: string): Promise<string | undefined> {
  const headers = {
    Origin: ORIGIN,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': 'x-api-key',
  };
  const answer = await send(url, { method: 'OPTIONS', headers });
  const allowed = answer.headers.get('access-control-allow-origin');
  return answer.status < 300 && allowed !== null ? (allowed === '*' ? ORIGIN : allowed) : undefined;
}

/** As it is: API Gateway’s own wording, which no paywall changes. */
async function unknownPath(url: string): Promise<Finding> {
  try {
    const { status, body } = await send(`${url}/no-such-path-${Date.now()}`);
    const found = `${status} ${body.slice(0, 60).replace(/\s+/g, ' ')}`.trim();
    return status === 403 || status === 404
      ? ok('gateway.unknown-path', found)
      : warning('gateway.unknown-path', found, 'a greedy route takes unknown paths: see that it is meant to');
  } catch (error) {
    return warning('gateway.unknown-path', reasonOf(error), 'try again');
  }
}

async function tooLarge(url: string): Promise<Finding> {
  const check = 'gateway.too-large';
  try {
    const { status } = await send(url, { method: 'POST', body: new Uint8Array(TOO_LARGE) });
    return status === 413
      ? ok(check, '413')
      : warning(
          check,
          `${status} to a body of more than 10 MB`,
          'see what is in front of API Gateway, which answers 413',
        );
  } catch (error) {
    // Whoever refuses a body may hang up while it is being sent.
    return ok(check, `refused while it was sent: ${reasonOf(error)}`);
  }
}
