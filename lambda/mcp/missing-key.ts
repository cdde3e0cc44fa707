import type { CallToolResult } from '@modelcontextprotocol/server';
import type { SignUpEntry } from '../../lib/private/catalogue';
import type { McpCall } from './dependencies';
import { failed } from './tool';

/** Tells whoever has sent no credential where one comes from, and where it goes. */
export function missingKey({ billingUrl, dependencies }: McpCall): CallToolResult {
  const { signUp, unauthorized } = dependencies.billing;
  if (signUp.kind === 'byToken') {
    return failed(
      `This tool needs to know who calls, and no credential was sent. ${unauthorized.detail} ` +
        "Put it into this MCP server's configuration as that header, and connect anew; never put it into the arguments of a tool.",
    );
  }
  return failed(
    'This tool needs an API key, and none was sent. ' +
      `${whereFrom(signUp.kind, billingUrl)} ` +
      "Put it into this MCP server's configuration as the header `x-api-key`, or as `Authorization: Bearer <key>`, and connect anew; " +
      'never put it into the arguments of a tool. It is the same key as for the API itself.',
  );
}

function whereFrom(kind: Exclude<SignUpEntry['kind'], 'byToken'>, billingUrl: string): string {
  switch (kind) {
    case 'closed':
      return 'Keys are given out by whoever runs this API: ask there for one.';
    case 'open':
      return `POST ${billingUrl}/sign-up gives one at once, without a payment.`;
    case 'checkout':
      return (
        `POST ${billingUrl}/checkout with {"plan": "<id>"}, of a plan that list_plans names, gives the URL of a checkout; ` +
        'the page that it leads back to shows the key, once.'
      );
  }
}
