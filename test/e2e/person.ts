import type { PaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

/** Opens a link, presses Pay on the page that it leads to, and is done when the payment counts. */
export async function payAt(link: string, { server }: Pick<PaidApi, 'server'>): Promise<void> {
  const led = await fetch(link, { redirect: 'manual' });
  const page = led.status === 303 ? (led.headers.get('location') ?? '') : link;
  const paid = await fetch(page, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ action: 'pay', email: 'ada@example.com' }),
  });
  expect(paid.status).toBe(303);
  await new StripeSide(server.stripe?.url ?? '').delivered();
}
