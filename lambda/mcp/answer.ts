import type { ApiAnswer } from '../domain/api-call';

/** What a model is shown of an answer at most: more is no use to it. */
export const MAX_SHOWN_BYTES = 256 * 1_024;

/** An answer of the API, as a tool's data: JSON as it is, other text as a text, and of anything else what it is. */
export function answerContent({ status, headers, body, truncated }: ApiAnswer): object {
  const contentType = headers['content-type'] ?? '';
  if (body.length === 0) {
    return { status, headers };
  }
  const text = isText(contentType) ? textOf(body, truncated) : undefined;
  if (text === undefined) {
    return { status, headers, binary: { contentType, bytes: body.length }, ...(truncated && { truncated }) };
  }
  return { status, headers, body: jsonOf(contentType, text) ?? text, ...(truncated && { truncated }) };
}

function isText(contentType: string): boolean {
  return (
    contentType === '' ||
    /^(text\/|application\/(.*\+)?(json|xml|yaml|javascript|x-www-form-urlencoded|graphql))/i.test(contentType)
  );
}

/** Where it was cut, a character may be in two pieces. */
function textOf(bytes: Uint8Array, truncated: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: !truncated }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonOf(contentType: string, text: string): unknown {
  try {
    return /json/i.test(contentType) ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
