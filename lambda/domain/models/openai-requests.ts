import { type JsonObject, list, object } from './json';
import { objectsOf, refuseKept, refuseUnpriced } from './reading';
import { splitInput, type ToldUsage, tokens } from './usage';

/** Service tiers at the prices that everybody pays, or less. */
const TIERS = ['auto', 'default', 'flex'];

/** Tools that the caller carries out himself. */
const OWN_TOOLS = ['function', 'custom'];

/** Refuses what both operations of OpenAI's have in common and no price is for. */
export function refuseOpenAiExtras(body: JsonObject): void {
  const { service_tier: tier, tools } = body;
  if (tier !== undefined && tier !== null && !TIERS.includes(tier as string)) {
    refuseUnpriced('service_tier', tier);
  }
  for (const tool of list(tools).map(object)) {
    if (!OWN_TOOLS.includes(tool.type as string)) {
      refuseUnpriced('tools[].type', tool.type);
    }
  }
  for (const part of objectsOf([body.messages, body.input])) {
    if (typeof part.file_id === 'string') {
      refuseKept('file_id');
    }
  }
}

/** Usage whose members have one of two prefixes. */
export function openAiUsage(usage: unknown, [input, output]: readonly [string, string]): ToldUsage {
  const told = object(usage);
  const { cached_tokens: cached } = object(told[`${input}_tokens_details`]);
  const written = tokens(told[`${output}_tokens`]);
  return { ...splitInput(told[`${input}_tokens`], cached), ...(written !== undefined && { output: written }) };
}
