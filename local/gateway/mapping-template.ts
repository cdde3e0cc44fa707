import { render } from 'velocityjs';
import type { Call } from './call';
import { configurationError } from './gateway-error';
import type { HeaderLine } from './headers';
import { JAVA_STRINGS } from './java-strings';
import { jsonPath } from './json-path';
import { templateUtil } from './template-util';

/** What a mapping template sets on `$context.responseOverride`. */
export interface ResponseOverride {
  readonly header: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
}

/** What a mapping template sets on `$context.requestOverride`. */
export interface RequestOverride {
  readonly header: Readonly<Record<string, unknown>>;
  readonly path: Readonly<Record<string, unknown>>;
  readonly querystring: Readonly<Record<string, unknown>>;
}

export interface Rendering {
  readonly text: string;
  readonly requestOverride: RequestOverride;
  readonly responseOverride: ResponseOverride;
}

/** Carries out a mapping template, which is VTL; a template that cannot be is API Gateway's internal server error. */
export function renderMappingTemplate(template: string, call: Call, body: string): Rendering {
  const responseOverride: { header: Record<string, unknown>; status?: unknown } = { header: {} };
  const requestOverride: RequestOverride = { header: {}, path: {}, querystring: {} };
  const context = {
    authorizer: {},
    ...structuredClone(call.context),
    requestOverride,
    responseOverride,
  };
  const variables = {
    context: withEmptyDefault(context),
    input: new TemplateInput(call, body),
    stageVariables: withEmptyDefault({ ...call.api.stageVariables }),
    util: templateUtil,
  };
  try {
    const text = render(template, variables, undefined, { customMethodHandlers: [JAVA_STRINGS] });
    return { text, requestOverride, responseOverride };
  } catch (error) {
    throw configurationError(`a mapping template failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `$input` */
class TemplateInput {
  private readonly parameters: Record<'path' | 'querystring' | 'header', TemplateMap>;

  constructor(
    call: Call,
    private readonly payload: string,
  ) {
    this.parameters = {
      path: new TemplateMap(Object.entries(call.pathParameters)),
      querystring: new TemplateMap(call.request.query),
      header: new TemplateMap(call.request.headers),
    };
  }

  /** API Gateway shows an empty payload as an empty object. */
  public get body(): string {
    return this.payload === '' ? '{}' : this.payload;
  }

  public json(path: string): string {
    return JSON.stringify(this.path(path) ?? '');
  }

  public path(path: string): unknown {
    return jsonPath(JSON.parse(this.body), path);
  }

  public params(name?: string): unknown {
    if (name === undefined) {
      return this.parameters;
    }
    const { path, querystring, header } = this.parameters;
    return [path, querystring, header].find((map) => map.containsKey(name))?.get(name) ?? '';
  }
}

/** What a template has set, as text; the engine leaves functions of its own on objects that it works with. */
export function overrides(values: Readonly<Record<string, unknown>>): HeaderLine[] {
  return Object.entries(values)
    .filter(([, value]) => typeof value !== 'function')
    .map(([name, value]) => [name, String(value ?? '')]);
}

/** A map as templates use it: members by name, and a Java map's methods. Names are case-sensitive, what is not there is empty. */
class TemplateMap {
  readonly [name: string]: unknown;

  constructor(entries: readonly HeaderLine[]) {
    for (const [name, value] of entries) {
      Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
    }
  }

  public get(name: string): string {
    const value = Object.hasOwn(this, name) ? this[name] : undefined;
    return typeof value === 'string' ? value : '';
  }

  public containsKey(name: string): boolean {
    return Object.hasOwn(this, name);
  }

  /** The engine leaves functions of its own on objects whose methods it calls. */
  public keySet(): string[] {
    return Object.keys(this).filter((name) => typeof this[name] === 'string');
  }

  public size(): number {
    return this.keySet().length;
  }
}

/** API Gateway's own variables are empty where they hold nothing, while Velocity would print their name. */
function withEmptyDefault<T extends object>(target: T): T {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name);
      if (typeof value === 'object' && value !== null) {
        return withEmptyDefault(value);
      }
      return value === undefined && typeof name === 'string' ? '' : (value ?? '');
    },
  });
}
