import { takeReport } from '../../../lambda/billing/report';
import type { BillingDependencies, BillingRequest } from '../../../lambda/billing/request';
import { signCheckoutToken } from '../../../lambda/domain/checkout-link';
import { REPORT_LIFETIME, signReportToken } from '../../../lambda/domain/report-link';
import type { ChargedCall } from '../../../lambda/domain/settlement';
import { balance, NOW } from '../fixtures';

const SECRET = balance().linkSecret;
const CALL: ChargedCall = { chargeId: 'b0c-1', customer: 'c1', charged: 100, bought: 7, period: NOW - 60 };
const TOKEN = signReportToken(CALL, NOW + REPORT_LIFETIME, SECRET);

let sent: [ChargedCall, number][];

beforeEach(() => {
  sent = [];
});

async function report(token: string, body: string | null, overrides: Partial<BillingDependencies> = {}) {
  const dependencies: Partial<BillingDependencies> = {
    store: {
      balance: async (customer: string) => (customer === 'c1' ? balance() : undefined),
    } as BillingDependencies['store'],
    clock: () => NOW,
    reports: {
      send: async (call, units) => {
        sent.push([call, units]);
      },
    },
    ...overrides,
  };
  const event = { pathParameters: { token }, body, isBase64Encoded: false } as Partial<BillingRequest['event']>;
  const request = { event, requestId: 'request-1' } as BillingRequest;
  const { statusCode, body: answered } = await takeReport(request, dependencies as BillingDependencies);
  return { statusCode, json: JSON.parse(answered) };
}

test('a report of a call is taken, as the call was charged', async () => {
  expect(await report(TOKEN, '{"units":137}')).toEqual({ statusCode: 202, json: { reserved: 100, units: 137 } });
  expect(sent).toEqual([[CALL, 137]]);
});

test.each([
  ['of another call', signReportToken({ ...CALL, chargeId: 'b0c-2' }, NOW + 1, SECRET).replace('b0c-2', 'b0c-1')],
  ['of another customer', TOKEN.replace('c1', 'c2')],
  [
    'that claims to have been charged more',
    signReportToken({ ...CALL, charged: 1 }, NOW, SECRET).replace('.1.', '.zz.'),
  ],
  ['that was made to last', TOKEN.replace((NOW + REPORT_LIFETIME).toString(36), (NOW + 10 ** 8).toString(36))],
  ['signed with another secret', signReportToken(CALL, NOW + 1, new Uint8Array(16))],
  ['for a checkout', signCheckoutToken('c1', NOW + 1, SECRET)],
  ['of noise', 'x'.repeat(200)],
])('a link %s leads nowhere', async (_, token) => {
  expect(await report(token, '{"units":1}')).toMatchObject({ statusCode: 404 });
  expect(sent).toEqual([]);
});

test('a link holds for a day', async () => {
  expect(await report(TOKEN, '{"units":1}', { clock: () => NOW + REPORT_LIFETIME - 1 })).toMatchObject({
    statusCode: 202,
  });
  expect(await report(TOKEN, '{"units":1}', { clock: () => NOW + REPORT_LIFETIME })).toMatchObject({
    statusCode: 410,
  });
});

test.each([null, '', '{}', '[]', 'null', '{"units":"12"}', '{"units":1.5}', '{"units":-1}', '{"units":1e10}'])(
  'a body of %p tells no units, and the answer says how it would',
  async (body) => {
    const { statusCode, json } = await report(TOKEN, body);
    expect(statusCode).toBe(400);
    expect(json.detail).toContain('{"units": 12}');
    expect(sent).toEqual([]);
  },
);

test('a report is not taken where it cannot be kept', async () => {
  const full = { send: () => Promise.reject(new Error('no queue')) };
  await expect(report(TOKEN, '{"units":1}', { reports: full })).rejects.toThrow('no queue');
});
