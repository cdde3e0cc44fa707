import { isObject } from '../template/values';

/** An API's stage, and where it is on this machine. */
export interface StageUrl {
  readonly model: { readonly id: string; readonly stageName: string };
  /** With a slash at its end. */
  readonly url: string;
}

const EXECUTE_API_URL = /https:\/\/(\w+)\.execute-api\.[\w-]+\.amazonaws\.com\/([\w-]+)/g;

/**
 * Puts this machine's URL in the place of a served stage's, wherever text holds it: what a provider registers
 * somewhere, or calls, has to lead here. Ids of REST APIs are made up locally, so nothing else can be meant.
 */
export function withLocalUrls<T>(value: T, stages: readonly StageUrl[]): T {
  return rewrite(value, (text) =>
    text.replace(EXECUTE_API_URL, (onAws, id: string, stage: string) => {
      const served = stages.find(({ model }) => model.id === id && model.stageName === stage);
      return served?.url.replace(/\/$/, '') ?? onAws;
    }),
  ) as T;
}

function rewrite(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return change(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => rewrite(item, change));
  }
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, rewrite(entry, change)]))
    : value;
}
