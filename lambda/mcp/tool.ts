import type {
  CallToolResult,
  InputRequiredResult,
  ServerContext,
  Tool as ToolDefinition,
} from '@modelcontextprotocol/server';
import type { McpCall } from './dependencies';

export type ToolResult = CallToolResult | InputRequiredResult;

type Arguments = Readonly<Record<string, unknown>>;

export interface Tool {
  readonly definition: ToolDefinition;
  /** `args` are of the definition's input schema. */
  run(args: Arguments, call: McpCall, context: ServerContext): Promise<ToolResult>;
}

/** A tool's answer as data, and the same as text for whoever reads no data. */
export function structured(content: object, isError = false): CallToolResult {
  const plain = JSON.parse(JSON.stringify(content)) as Record<string, unknown>;
  const text = JSON.stringify(plain);
  return { content: [{ type: 'text', text }], structuredContent: plain, ...(isError && { isError }) };
}

/** What is wrong, and what to do about it, in words for whoever has called the tool. */
export function failed(detail: string): CallToolResult {
  return { content: [{ type: 'text', text: detail }], isError: true };
}
