import type { ModelDialect } from '../../../lib/private/model-entry';
import { ANTHROPIC } from './anthropic';
import type { Dialect } from './dialect';
import { GEMINI } from './gemini';
import { OPENAI } from './openai';

export const DIALECTS: Readonly<Record<ModelDialect, Dialect>> = {
  openai: OPENAI,
  anthropic: ANTHROPIC,
  gemini: GEMINI,
};
