import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { PaymentsDiagnosis, Probe, WebhookDiagnosis } from '../../lib/private/operations-doctor';
import type { DoctorOutput } from '../../lib/private/operations-output';
import { CommandError } from '../errors';
import type { FoundPaywall, Target } from '../target';
import { checkApiKeys } from './api-keys';
import { type Finding, failure, ok, warning } from './finding';
import { checkGateway } from './gateway';
import { judgePayments, judgeSigningSecret } from './payments';
import { describedRoute, type ProbedRoute } from './route';
import { checkTable } from './table';

export interface Examination {
  /** Absent where nothing is known but a URL. */
  readonly found?: FoundPaywall;
  /** What is called in place of the addresses that the stack tells; without a slash at its end. */
  readonly url?: string;
  /** What is called in place of the route that the API itself names. */
  readonly route?: ProbedRoute;
  readonly by: string;
  /** The tool's own. */
  readonly version: string;
  readonly isLocal: boolean;
}

/** Looks at all that can be looked at, and changes nothing but that customers are there for a moment who are refused. */
export async function examine(examination: Examination): Promise<Finding[]> {
  const { found } = examination;
  if (found === undefined) {
    return checkGateways(examination, undefined);
  }
  const { doctor, paywall } = found;
  const outputs = ok('stack.outputs', `${paywall.paywall}: ${paywall.operations}, ${paywall.reconciler}`);
  if (doctor === undefined) {
    const todo = 'deploy again with this version of cdk-paywall';
    return [outputs, failure('stack.version', 'a version was deployed that `doctor` cannot look at', todo)];
  }
  const dynamodb = new DynamoDBClient({ ...found.stack.dynamodb });
  const apiGateway = new APIGatewayClient({ ...found.stack.apiGateway });
  try {
    const [payments, signing, table, keys] = await Promise.all([
      checkPayments(found, doctor, examination.isLocal),
      checkSigningSecret(found.target, doctor),
      checkTable(dynamodb, doctor.table, found.stack.template),
      checkApiKeys(apiGateway),
    ]);
    const gateways = await checkGateways(examination, doctor);
    return [
      outputs,
      judgeVersion(doctor.version, examination.version),
      ...payments,
      ...signing,
      ...table,
      keys,
      ...gateways,
    ];
  } finally {
    dynamodb.destroy();
    apiGateway.destroy();
  }
}

function judgeVersion(deployed: string, own: string): Finding {
  return deployed === own
    ? ok('stack.version', `${deployed}, as this tool’s`)
    : warning(
        'stack.version',
        `${deployed}, and this tool’s is ${own}`,
        `deploy again, or run npx cdk-paywall@${deployed}`,
      );
}

async function checkPayments(
  { target, paywall }: FoundPaywall,
  doctor: DoctorOutput,
  isLocal: boolean,
): Promise<Finding[]> {
  const [first] = doctor.apis;
  const webhookUrl =
    doctor.webhook === undefined || first === undefined ? null : `${first.url}/${first.billingPath}/stripe/webhook`;
  try {
    const facts = await target.invoke<PaymentsDiagnosis>(paywall.reconciler, { diagnose: true, webhookUrl });
    return [...judgePayments(facts, webhookUrl), stripeClock(facts, isLocal)];
  } catch (error) {
    return [unanswered('stripe', paywall.reconciler, error)];
  }
}

async function checkSigningSecret(target: Target, { webhook }: DoctorOutput): Promise<Finding[]> {
  if (webhook === undefined) {
    return [];
  }
  try {
    return [judgeSigningSecret(await target.invoke<WebhookDiagnosis>(webhook, { diagnose: true }))];
  } catch (error) {
    return [unanswered('stripe.signing-secret', webhook, error)];
  }
}

function unanswered(check: string, functionName: string, error: unknown): Finding {
  if (!(error instanceof CommandError)) {
    throw error;
  }
  return /AccessDenied/.test(error.message)
    ? warning(
        check,
        `not known: you are not allowed lambda:InvokeFunction on ${functionName}`,
        'have it granted to you',
      )
    : failure(check, error.message, `see what the log of ${functionName} says, and deploy again`);
}

/** Seconds that the functions' clock may be apart from Stripe's: its signatures are refused beyond five minutes. */
const SKEWED = 10;
const TOO_SKEWED = 300;

function stripeClock({ account, now }: PaymentsDiagnosis, isLocal: boolean): Finding {
  const check = 'clock.stripe';
  if (isLocal) {
    return ok(check, 'one clock for all, which is moved by the stand-in');
  }
  if ('error' in account || account.value.date === null) {
    return warning(check, 'not known', 'see stripe.account');
  }
  const apart = Math.round((Date.parse(account.value.date) - Date.parse(now)) / 1000);
  const found = `${Math.abs(apart)} s from the functions’`;
  const todo = 'nobody can set the clock of Lambda: see AWS’s health dashboard, and Stripe’s';
  return Math.abs(apart) <= SKEWED
    ? ok(check, found)
    : Math.abs(apart) <= TOO_SKEWED
      ? warning(check, found, todo)
      : failure(check, found, todo);
}

async function checkGateways(examination: Examination, doctor: DoctorOutput | undefined): Promise<Finding[]> {
  const { found, url, by } = examination;
  const apis =
    url === undefined ? (doctor?.apis ?? []) : [{ url, billingPath: doctor?.apis[0]?.billingPath ?? 'billing' }];
  if (apis.length === 0) {
    return [warning('gateway.reachable', 'not tried: the stack does not tell the API’s URL', 'name it by --url')];
  }
  const routes = await Promise.all(
    apis.map(({ url: base }) => examination.route ?? describedRoute(base).catch(() => undefined)),
  );
  const needed = routes.some((route) => route !== undefined);
  const opened = found === undefined || !needed ? { probes: [], findings: [] } : await openProbes(found, by);
  const findings: Finding[] = [...opened.findings];
  try {
    for (const [index, api] of apis.entries()) {
      const judged = await checkGateway({ ...api, route: routes[index], probes: opened.probes });
      findings.push(...judged.map((finding) => (apis.length === 1 ? finding : at(api.url, finding))));
    }
  } finally {
    findings.push(...(await closeProbes(found?.target, opened.probes, by)));
  }
  return findings;
}

function at(url: string, finding: Finding): Finding {
  return { ...finding, found: `${url}: ${finding.found}` };
}

async function openProbes({ target, paywall: { operations } }: FoundPaywall, by: string) {
  try {
    return { ...(await target.operate('openProbes', { by })), findings: [] };
  } catch (error) {
    return { probes: [] as readonly Probe[], findings: [unanswered('gateway.probes', operations, error)] };
  }
}

/** Those who are not taken away expire by themselves. */
async function closeProbes(target: Target | undefined, probes: readonly Probe[], by: string): Promise<Finding[]> {
  if (target === undefined || probes.length === 0) {
    return [];
  }
  const customers = probes.map(({ customer }) => customer);
  try {
    await target.operate('closeProbes', { customers, by });
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) {
      throw error;
    }
    const found = `${customers.join(', ')} are there yet: ${error.message}`;
    return [warning('gateway.probes', found, 'nothing: their keys end within five minutes, and DynamoDB deletes them')];
  }
}
