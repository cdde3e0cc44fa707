import type { OpenApiDocument } from './document';

export type Json = Readonly<Record<string, unknown>>;

const SCHEMAS = '#/components/schemas/';

/** What is inlined of one schema: a document whose schemas lead on and on is shown up to there. */
const MAX_DEFINITIONS = 100;

/** The `$ref`s of a document, none of which leads out of it. */
export class References {
  constructor(private readonly document: OpenApiDocument) {}

  /** What stands behind a reference; an empty object where nothing does. */
  public resolve(value: unknown): Json {
    let found = value;
    for (let depth = 0; isObject(found) && typeof found.$ref === 'string'; depth++) {
      found = depth < 8 ? this.at(found.$ref) : undefined;
    }
    return isObject(found) ? found : {};
  }

  /** A schema that needs no document: what it refers to of the document's schemas lies in its own `$defs`. */
  public inlined(schema: Json): Json {
    const definitions = new Map<string, unknown>();
    const rewritten = this.rewrite(schema, definitions) as Json;
    return definitions.size === 0 ? rewritten : { ...rewritten, $defs: Object.fromEntries(definitions) };
  }

  private rewrite(value: unknown, definitions: Map<string, unknown>): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.rewrite(item, definitions));
    }
    if (!isObject(value)) {
      return value;
    }
    if (typeof value.$ref === 'string') {
      return this.define(value.$ref, definitions);
    }
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.rewrite(member, definitions)]));
  }

  private define(reference: string, definitions: Map<string, unknown>): Json {
    const name = reference.startsWith(SCHEMAS) ? reference.slice(SCHEMAS.length) : undefined;
    if (name === undefined || definitions.size >= MAX_DEFINITIONS) {
      // Anything fits what cannot be known; the API itself will judge.
      return {};
    }
    if (!definitions.has(name)) {
      definitions.set(name, {});
      definitions.set(name, this.rewrite(this.at(reference) ?? {}, definitions));
    }
    return { $ref: `#/$defs/${name}` };
  }

  private at(reference: string): unknown {
    if (!reference.startsWith('#/')) {
      return undefined;
    }
    const steps = reference
      .slice(2)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return steps.reduce<unknown>(
      (value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined),
      this.document,
    );
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
