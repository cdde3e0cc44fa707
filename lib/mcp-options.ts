/** How the MCP server is. */
export interface McpOptions {
  /**
   * Whether there is one, at `mcp` below the billing path.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Whether each protected route is a tool as well, which spends quota as the route does. They are made of the API's own `/openapi.json`.
   *
   * @default false
   */
  readonly exposeRoutes?: boolean;
}
