import type { Dialect, ModelErrorKind } from './dialect';
import { OPENAI_CHAT } from './openai-chat';
import { OPENAI_RESPONSES } from './openai-responses';
import { writeEvent } from './sse';

/** https://platform.openai.com/docs/api-reference, which many others speak as well. */
export const OPENAI: Dialect = {
  operations: { 'chat/completions': OPENAI_CHAT, responses: OPENAI_RESPONSES },
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  error: openAiError,
  streamError: (kind, message) => writeEvent(openAiError(kind, message)),
};

const CODES: Readonly<Record<ModelErrorKind, string | null>> = {
  bad_request: null,
  model_not_found: 'model_not_found',
  provider_failed: 'provider_failed',
  provider_busy: 'provider_busy',
  timeout: 'timeout',
};

function openAiError(kind: ModelErrorKind, message: string) {
  const isCallers = kind === 'bad_request' || kind === 'model_not_found';
  return {
    error: {
      message,
      type: isCallers ? 'invalid_request_error' : 'server_error',
      param: kind === 'model_not_found' ? 'model' : null,
      code: CODES[kind],
    },
  };
}
