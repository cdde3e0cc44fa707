import { retryDelay, webhookSignature } from '../../../lambda/domain/webhook-signature';

/** The example of Standard Webhooks' own libraries. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

test('a message is signed as Standard Webhooks has it, with the secret’s prefix or without', () => {
  expect(webhookSignature(MESSAGE, SECRET)).toBe(SIGNATURE);
  expect(webhookSignature(MESSAGE, SECRET.slice('whsec_'.length))).toBe(SIGNATURE);
});

test('each of several secrets signs', () => {
  const [first, second, ...others] = webhookSignature(MESSAGE, `${SECRET}\n whsec_AAAA `).split(' ');
  expect([first, others]).toEqual([SIGNATURE, []]);
  expect(second).toMatch(/^v1,[\w+/]{43}=$/);
  expect(second).not.toBe(SIGNATURE);
});

test.each(['', ' ', 'whsec_'])('a secret that is %j signs nothing', (secret) => {
  expect(() => webhookSignature(MESSAGE, secret)).toThrow('a signing secret must be Base64 of a key');
});

test('twelve attempts are over in two days, each later than the one before by what SQS can wait', () => {
  const delays = Array.from({ length: 11 }, (_, index) => retryDelay(index + 1));
  expect(delays.slice(0, 5)).toEqual([15, 45, 135, 405, 1_215]);
  expect(Math.max(...delays)).toBeLessThan(43_200);
  const total = delays.reduce((sum, delay) => sum + delay, 0);
  expect(total / 86_400).toBeGreaterThan(1.5);
  expect(total / 86_400).toBeLessThan(2.5);
});
