/** One request to a provider of models. */
export interface ProviderCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface ProviderAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
}

export type SendToProvider = (call: ProviderCall) => Promise<ProviderAnswer>;

/** Sends by Node's own `fetch`. What comes back is not compressed, so that each of its pieces can be passed on as it comes. */
export const sendToProvider: SendToProvider = async ({ url, headers, body, signal }) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'accept-encoding': 'identity' },
    body,
    // The key goes to the provider's own address, and nowhere that it might point to.
    redirect: 'manual',
    signal,
  });
  return { status: response.status, headers: response.headers, body: response.body ?? nothing() };
};

async function* nothing(): AsyncGenerator<Uint8Array> {}
