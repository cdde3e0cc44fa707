import type {
  Fact,
  PaymentsDiagnosis,
  WebhookDiagnosis,
  WebhookEndpointFacts,
} from '../../lib/private/operations-doctor';
import { plural, time } from '../output';
import { type Finding, failure, ok, warning } from './finding';

/** Seconds that the reconciler may be behind before it is said. */
const LATE = 3_600;
const TOO_LATE = 86_400;

/** How payments stand, by what the reconciler knows. */
export function judgePayments(facts: PaymentsDiagnosis, webhookUrl: string | null): Finding[] {
  return [secretKey(facts), account(facts), endpoint(facts, webhookUrl), events(facts), deadLetters(facts)];
}

function secretKey({ secretKey: fact }: PaymentsDiagnosis): Finding {
  const check = 'stripe.secret-key';
  const todo = 'put a secret API key (sk_…) or a restricted one (rk_…) of Stripe into the secret of `Payments.stripe`';
  if ('error' in fact) {
    return failure(check, `it cannot be read: ${fact.error}`, todo);
  }
  return fact.value === 'unknown'
    ? failure(check, 'the secret holds something else than an API key', todo)
    : ok(check, `readable, of ${fact.value} mode`);
}

function account({ account: fact, secretKey: key }: PaymentsDiagnosis): Finding {
  const check = 'stripe.account';
  if ('error' in fact) {
    const isRestricted = /permission/.test(fact.error);
    return isRestricted
      ? warning(check, fact.error, 'give the key the permission to read the account, or look at it in the Dashboard')
      : failure(
          check,
          `it cannot be asked: ${fact.error}`,
          'see what the reconciler’s log says, and status.stripe.com',
        );
  }
  const { id, chargesEnabled } = fact.value;
  if (chargesEnabled) {
    return ok(check, `${id}, which can be paid`);
  }
  const todo = 'finish setting the account up in Stripe’s Dashboard';
  const isTest = 'value' in key && key.value === 'test';
  return isTest
    ? warning(check, `${id}, which can take test payments alone`, `${todo}, before it is to take money`)
    : failure(check, `${id}, which cannot be paid`, todo);
}

function endpoint(facts: PaymentsDiagnosis, webhookUrl: string | null): Finding {
  const check = 'stripe.webhook';
  const deploy = 'deploy again, which makes it anew; or, where you made it by hand, mend it in Stripe’s Dashboard';
  if (webhookUrl === null) {
    return ok(check, 'none: events come by EventBridge, or it is not known where to');
  }
  const { endpoints: fact, apiVersion, handledEvents } = facts;
  if ('error' in fact) {
    return warning(check, `not known: ${fact.error}`, 'look at the endpoint in Stripe’s Dashboard');
  }
  const [first, ...others] = fact.value.filter(({ enabled }) => enabled);
  if (first === undefined) {
    const found = fact.value.length > 0 ? 'disabled' : 'missing';
    return isLoopback(webhookUrl)
      ? warning(check, `${found} at ${webhookUrl}`, 'none is needed here: the reconciler brings the events')
      : failure(check, `${found} at ${webhookUrl}`, deploy);
  }
  const wrong = faultsOf(first, apiVersion, handledEvents);
  if (wrong.length > 0) {
    return failure(check, `${first.id} ${wrong.join(', and ')}`, deploy);
  }
  const more = first.events.filter((type) => !handledEvents.includes(type));
  if (more.length > 0 || others.length > 0) {
    const found =
      others.length > 0 ? `${plural(others.length, 'other endpoint')} at the same URL` : `also ${more.join(', ')}`;
    return warning(
      check,
      `${first.id} is enabled; ${found}`,
      'take away in Stripe’s Dashboard what is too much: each event is a call',
    );
  }
  return ok(check, `${first.id} is enabled for ${plural(handledEvents.length, 'type')} of events, in ${apiVersion}`);
}

function faultsOf({ apiVersion, events }: WebhookEndpointFacts, wanted: string, handled: readonly string[]): string[] {
  const missing = events.includes('*') ? [] : handled.filter((type) => !events.includes(type));
  return [
    ...(apiVersion === wanted ? [] : [`has API version ${apiVersion ?? 'of the account'}, and not ${wanted}`]),
    ...(missing.length === 0 ? [] : [`does not get ${missing.join(', ')}`]),
  ];
}

/** Whether the webhook has what it verifies events by. */
export function judgeSigningSecret({ signingSecrets: fact }: WebhookDiagnosis): Finding {
  const check = 'stripe.signing-secret';
  const todo =
    'put the endpoint’s signing secret (whsec_…) into the secret of the webhook; where the paywall makes the endpoint, deploy again';
  if ('error' in fact) {
    return failure(check, `it cannot be read: ${fact.error}`, todo);
  }
  return fact.value === 0
    ? failure(check, 'the secret holds none, and every event is refused', todo)
    : ok(check, `in place${fact.value === 1 ? '' : `, ${fact.value} of them while one is rotated`}`);
}

function events({ newestEvent, cursor, now }: PaymentsDiagnosis): Finding {
  const check = 'stripe.events';
  const lookAtIt = 'see what the reconciler’s log says, and run `cdk-paywall reconcile`';
  for (const fact of [newestEvent, cursor] as const) {
    if ('error' in fact) {
      return failure(check, `they cannot be listed: ${fact.error}`, lookAtIt);
    }
  }
  const [newest, place] = [known(newestEvent), known(cursor)];
  if (place === null) {
    return warning(
      check,
      'the reconciler has not run yet',
      'wait a quarter of an hour, or run `cdk-paywall reconcile`',
    );
  }
  const upTo = `reconciled up to ${time(place.created)} UTC`;
  const told = newest === null ? 'none in 30 days' : `the newest of ${time(newest.created)} UTC (${newest.type})`;
  // Up to now, where the newest event is seen to; it is late where an event waits.
  const waiting = newest === null || newest.created <= place.created ? 0 : seconds(newest.created, now);
  if (waiting > LATE) {
    const found = `${told}, and ${upTo}`;
    return waiting > TOO_LATE ? failure(check, found, lookAtIt) : warning(check, found, lookAtIt);
  }
  if (place.failing > 0) {
    const found = `${told}; ${plural(place.failing, 'event')} fail, and are tried again`;
    return warning(
      check,
      found,
      'see what the payments function’s log says; after an hour they wait for `webhook replay`',
    );
  }
  return ok(check, `${told}, ${upTo}`);
}

function deadLetters({ deadLetters: fact }: PaymentsDiagnosis): Finding {
  const check = 'stripe.dead-letters';
  if ('error' in fact) {
    return warning(check, `not known: ${fact.error}`, 'deploy again with this version, and look at the queue');
  }
  return fact.value === 0
    ? ok(check, 'none')
    : failure(check, `${plural(fact.value, 'event')} wait`, 'run `cdk-paywall webhook replay`, and mend what it names');
}

function known<Value>(fact: Fact<Value>): Value | null {
  return 'value' in fact ? fact.value : null;
}

function seconds(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
