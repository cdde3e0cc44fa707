/** Lambda, as API Gateway meets it: an event in, a payload or a function error out. */
export interface LambdaRuntime {
  /** @param requestId what the function finds in its context; by default, a new one */
  invoke(functionArn: string, event: unknown, requestId?: string): Promise<InvocationResult>;
  close(): Promise<void>;
}

export type InvocationResult =
  | { readonly ok: true; readonly payload: unknown }
  /** The function threw, timed out, or could not be loaded. */
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };
