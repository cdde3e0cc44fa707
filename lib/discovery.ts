/** What tells programs of the API: `/openapi.json`, `/llms.txt`, and the JSON Schema of a 402 below the billing path. */
export interface DiscoveryOptions {
  /**
   * Whether they are served. They are open to everybody, and tell of each route what it costs and which plans include it. Where the
   * API has a resource `openapi.json` or `llms.txt` of its own, that one stays.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * What the API is called.
   *
   * @default - the name of the protected API
   */
  readonly title?: string;

  /**
   * What the API is for, in a sentence or two.
   *
   * @default - the description of the protected API, or that it is paid for
   */
  readonly description?: string;

  /**
   * The version of the API that the documents tell.
   *
   * @default '1'
   */
  readonly version?: string;
}
