import { GatewayError } from '../gateway-error';

/** What an integration answers in time. What it does later is of no interest to the caller any more. */
export async function withinTimeout<T>(timeoutMillis: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const detail = `the integration did not answer within ${timeoutMillis} ms`;
      reject(new GatewayError('INTEGRATION_TIMEOUT', { detail }));
    }, timeoutMillis);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
