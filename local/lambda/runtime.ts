import type { FunctionModel } from '../template/model';

/** Lambda, as API Gateway meets it: an event in, a payload or a function error out. */
export interface LambdaRuntime {
  /**
   * @param requestId what the function finds in its context; by default, a new one
   * @param onChunk takes what the function streams, as it comes; what one streams that nobody takes so is lost
   */
  invoke(functionArn: string, event: unknown, requestId?: string, onChunk?: ChunkSink): Promise<InvocationResult>;
  close(): Promise<void>;
}

/** Takes a piece of a response that is streamed. */
export type ChunkSink = (bytes: Uint8Array) => void;

export type InvocationResult =
  | { readonly ok: true; readonly payload: unknown }
  /** The function threw, timed out, or could not be loaded. */
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** The same, where what functions are told can change while they run. */
export interface ConfigurableRuntime extends LambdaRuntime {
  /** A function as it is run; throws where there is none of that ARN. */
  configuration(functionArn: string): { readonly fn: FunctionModel; readonly revisionId: string };

  /** Gives a function other environment variables: no further event goes to an execution environment that began before. */
  configure(functionArn: string, environment: Readonly<Record<string, string>>): void;
}
