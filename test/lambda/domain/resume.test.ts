import { type ApiAnswer, type ApiCall, type ApiCaller, LostAnswerError } from '../../../lambda/domain/api-call';
import type { Balance } from '../../../lambda/domain/balance';
import type { KeptRequest } from '../../../lambda/domain/kept-request';
import {
  KEPT_PER_HOUR,
  type KeptRequestStore,
  keepRequest,
  refusalOf,
  requestStatus,
  resumeRequest,
} from '../../../lambda/domain/resume';
import { balance, CATALOGUE, NOW } from '../fixtures';

const API = {
  apiId: 'api1',
  costs: { 'POST /items/{id}': 5 },
  routePlans: { 'GET /pro': ['pro'] },
  billingPath: 'billing',
  corsOrigins: [],
};
const BILLING = 'https://api.example.com/prod/billing';
const CALL: ApiCall = { method: 'POST', path: '/items/1?x=1', headers: {}, body: Buffer.from('{}') };

/** Kept requests in memory; each method is one atomic write. */
class MemoryRequests implements KeptRequestStore {
  readonly items = new Map<string, KeptRequest & { run?: string }>();
  private readonly counts = new Map<string, number>();

  async count({ customer }: Pick<KeptRequest, 'customer'>, hour: number, limit: number) {
    const counted = this.counts.get(`${customer} ${hour}`) ?? 0;
    this.counts.set(`${customer} ${hour}`, Math.min(limit, counted + 1));
    return counted < limit;
  }

  async keep(request: KeptRequest) {
    this.items.set(request.id, request);
  }

  async find(id: string) {
    const item = this.items.get(id);
    return item && { ...item, used: item.run !== undefined };
  }

  async claim(id: string, run: string) {
    const item = this.items.get(id);
    if (item === undefined || item.run !== undefined) {
      return false;
    }
    this.items.set(id, { ...item, run });
    return true;
  }

  async release(id: string, run: string) {
    const item = this.items.get(id);
    if (item?.run === run) {
      this.items.set(id, { ...item, run: undefined });
    }
  }

  async forget(id: string, run: string) {
    const item = this.items.get(id);
    if (item?.run === run) {
      this.items.set(id, { ...item, sealed: undefined });
    }
  }
}

let requests: MemoryRequests;
let now: number;
let ids: number;

beforeEach(() => {
  requests = new MemoryRequests();
  now = NOW;
  ids = 0;
});

const dependencies = () => ({
  requests,
  resume: { lifetime: 3_600, maxBytes: 10 },
  catalogue: CATALOGUE,
  clock: () => now,
  newRequestSecret: () => Buffer.alloc(32, ids++),
  newId: () => `run${ids++}`,
});

function resumer(overrides: Partial<Balance> = {}, customer = 'ada') {
  return { customer, balance: balance({ remaining: 0, ...overrides }), api: API, billingUrl: BILLING, requestId: 'r1' };
}

const PAID = { remaining: 100 };

async function kept(call = CALL): Promise<string> {
  const keeping = await keepRequest(call, resumer(), dependencies());
  if (keeping.kind !== 'kept') {
    throw new Error(`not kept: ${keeping.kind}`);
  }
  return keeping.token;
}

function answers(status: number, body: object = {}, contentType = 'application/json') {
  const calls: ApiCall[] = [];
  const answer: ApiAnswer = {
    status,
    headers: { 'content-type': contentType },
    body: Buffer.from(JSON.stringify(body)),
    truncated: false,
  };
  const caller: ApiCaller = {
    call: async (call) => {
      calls.push(call);
      return answer;
    },
  };
  return { calls, caller };
}

const REFUSAL = {
  type: 'https://paymentauth.org/problems/payment-required',
  reason: 'quota_exhausted',
  plan: 'free',
  checkoutUrl: `${BILLING}/checkout/x`,
};

test('a request waits until it is paid for, is run once as it was, and is used then', async () => {
  const token = await kept();
  expect(await requestStatus(token, resumer(), dependencies())).toMatchObject({
    status: 'waiting',
    refusal: { cost: 5, reason: 'quota_exhausted' },
  });
  expect(await requestStatus(token, resumer({ remaining: 4 }), dependencies())).toMatchObject({ status: 'waiting' });
  expect(await requestStatus(token, resumer(PAID), dependencies())).toMatchObject({ status: 'paid' });
  const { caller, calls } = answers(200);
  expect(await resumeRequest(token, resumer(PAID), caller, dependencies())).toMatchObject({ kind: 'answered' });
  expect(calls).toEqual([CALL]);
  expect(await resumeRequest(token, resumer(PAID), caller, dependencies())).toEqual({ kind: 'used' });
  expect(await requestStatus(token, resumer(PAID), dependencies())).toMatchObject({ status: 'used' });
  expect(calls).toHaveLength(1);
  expect([...requests.items.values()].map(({ sealed }) => sealed)).toEqual([undefined]);
});

test('of many that run it at the same time, one does', async () => {
  const token = await kept();
  const { caller, calls } = answers(200);
  const runs = Array.from({ length: 20 }, () => resumeRequest(token, resumer(PAID), caller, dependencies()));
  const kinds = (await Promise.all(runs)).map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['answered', ...Array<string>(19).fill('used')]);
  expect(calls).toHaveLength(1);
});

test('refused again by the authorizer, it is kept as before', async () => {
  const token = await kept();
  const refused = answers(402, REFUSAL, 'application/problem+json');
  expect(await resumeRequest(token, resumer(PAID), refused.caller, dependencies())).toMatchObject({ kind: 'refused' });
  expect(await requestStatus(token, resumer(PAID), dependencies())).toMatchObject({ status: 'paid' });
  expect(await resumeRequest(token, resumer(PAID), answers(200).caller, dependencies())).toMatchObject({
    kind: 'answered',
  });
});

test.each([
  ['a 402 of the backend', 402, { error: 'pay me' }, 'application/json'],
  [
    'a 402 that leads somewhere else',
    402,
    { ...REFUSAL, checkoutUrl: 'https://evil.example/' },
    'application/problem+json',
  ],
  [
    'a 402 that leads beside',
    402,
    { ...REFUSAL, checkoutUrl: `${BILLING}.evil.example/checkout/x` },
    'application/problem+json',
  ],
  ['a throttle', 429, {}, 'application/json'],
  ['an error', 500, {}, 'application/json'],
])('%s is an answer, and the request is used', async (_, status, body, contentType) => {
  const token = await kept();
  const { caller } = answers(status, body, contentType);
  expect(await resumeRequest(token, resumer(PAID), caller, dependencies())).toMatchObject({ kind: 'answered' });
  expect(await requestStatus(token, resumer(PAID), dependencies())).toMatchObject({ status: 'used' });
});

test('an answer that is lost is told, and the request stays used', async () => {
  const token = await kept();
  const lost: ApiCaller = { call: () => Promise.reject(new LostAnswerError('gone')) };
  expect(await resumeRequest(token, resumer(PAID), lost, dependencies())).toEqual({ kind: 'lost' });
  expect(await resumeRequest(token, resumer(PAID), answers(200).caller, dependencies())).toEqual({ kind: 'used' });
});

test('it expires, to the second', async () => {
  const token = await kept();
  now = NOW + 3_599;
  expect(await requestStatus(token, resumer(PAID), dependencies())).toMatchObject({ status: 'paid' });
  now = NOW + 3_600;
  expect(await requestStatus(token, resumer(PAID), dependencies())).toMatchObject({ status: 'expired' });
  const { caller, calls } = answers(200);
  expect(await resumeRequest(token, resumer(PAID), caller, dependencies())).toEqual({ kind: 'expired' });
  expect(calls).toEqual([]);
});

test('it is nobody else’s, nor another API’s, and the suspended run nothing', async () => {
  const token = await kept();
  const { caller, calls } = answers(200);
  const elsewhere = { ...resumer(PAID), api: { ...API, apiId: 'api2' } };
  expect(await requestStatus(token, resumer(PAID, 'eve'), dependencies())).toBeUndefined();
  expect(await resumeRequest(token, resumer(PAID, 'eve'), caller, dependencies())).toEqual({ kind: 'unknown' });
  expect(await resumeRequest(token, elsewhere, caller, dependencies())).toEqual({ kind: 'unknown' });
  expect(await resumeRequest('x', resumer(PAID), caller, dependencies())).toEqual({ kind: 'unknown' });
  const suspended = resumer({ ...PAID, standing: 'suspended' });
  expect(await resumeRequest(token, suspended, caller, dependencies())).toEqual({ kind: 'suspended' });
  expect(calls).toEqual([]);
});

test('what is too large is not kept, nor too many an hour', async () => {
  const large = { ...CALL, body: Buffer.alloc(11) };
  expect(await keepRequest(large, resumer(), dependencies())).toEqual({ kind: 'too_large', most: 10 });
  for (let count = 0; count < KEPT_PER_HOUR; count++) {
    await kept();
  }
  expect(await keepRequest(CALL, resumer(), dependencies())).toEqual({ kind: 'too_many', retryAfter: 3_600 });
  expect(await keepRequest(CALL, resumer({}, 'eve'), dependencies())).toMatchObject({ kind: 'kept' });
  now += 3_600;
  expect(await keepRequest(CALL, resumer(), dependencies())).toMatchObject({ kind: 'kept' });
});

test('a call is told why it would be refused', () => {
  const pro = { method: 'GET', path: '/pro' };
  expect(refusalOf(pro, resumer(PAID), dependencies())?.reason).toBe('route_not_in_plan');
  expect(refusalOf(pro, resumer({ ...PAID, plan: 'pro' }), dependencies())).toBeUndefined();
  const owing = { ...PAID, standing: 'grace', graceEndsAt: NOW } as const;
  expect(refusalOf(CALL, resumer(owing), dependencies())?.reason).toBe('payment_failed');
});
