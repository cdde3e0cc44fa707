/** Stands between execution environments and what their functions ask, for who wants to see or change what goes through. */
export interface Interposition {
  /**
   * @param functionPath the path of the function's construct
   * @param variables what the function would find in its environment
   * @param end ends the execution environment at once, whatever it is at
   */
  open(
    functionPath: string,
    variables: Readonly<Record<string, string>>,
    end: () => Promise<void>,
  ): Promise<Interposed>;
}

/** What stands before one execution environment. */
export interface Interposed {
  /** What the function finds in its environment instead. */
  readonly variables: Readonly<Record<string, string>>;
  /** Told of each event, as JSON, before the function is. */
  begins(event: string): void;
  /** The execution environment has ended. */
  close(): void;
}
