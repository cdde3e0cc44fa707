import { jsonTemplate } from './private/openapi/templates';

/** What can be the name of a parameter in a mapping template, and of none but itself. */
const PARAMETER_NAME = /^[A-Za-z0-9._$-]{1,128}$/;

/** A JSONPath of plain steps: `$`, `$.order.items[0]`. */
const JSON_PATH = /^\$(?:\.[A-Za-z_][\w-]*|\[\d+\])*$/;

/**
 * A value in a mapping template that makes JSON: it is escaped so that whatever a caller sends stays the text that it is.
 */
export class TemplateValue {
  /** Any value of JSON, as it is; nothing in its texts is taken for Velocity. */
  public static literal(value: unknown): TemplateValue {
    return new TemplateValue(jsonTemplate(value));
  }

  /** A path parameter, decoded, as text; empty where there is none. */
  public static pathParameter(name: string): TemplateValue {
    return TemplateValue.parameterIn('path', 'pathParameter', name);
  }

  /** A parameter of the query, decoded, as text; empty where there is none. Of several, the last. */
  public static queryParameter(name: string): TemplateValue {
    return TemplateValue.parameterIn('querystring', 'queryParameter', name);
  }

  /** A request header as text, by its name as it is sent, in that case; empty where there is none. */
  public static header(name: string): TemplateValue {
    return TemplateValue.parameterIn('header', 'header', name);
  }

  /**
   * What is at a JSONPath of the request's body, as JSON; an empty text where there is nothing.
   *
   * @param path `$`, which is all of it, or plain steps below: `$.order.items[0]`
   */
  public static body(path: string = '$'): TemplateValue {
    if (!JSON_PATH.test(path)) {
      throw new Error(
        `\`TemplateValue.body\` must be a JSONPath of plain steps, "$.order.items[0]", got: ${JSON.stringify(path)}`,
      );
    }
    return new TemplateValue(`$input.json('${path}')`);
  }

  /**
   * A variable of API Gateway's `$context`, as text; empty where it has no value.
   *
   * @param name without `$context`: `requestId`, `identity.sourceIp`
   */
  public static context(name: string): TemplateValue {
    if (!/^[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*$/.test(name)) {
      throw new Error(
        `\`TemplateValue.context\` must name a variable of $context, "requestId", got: ${JSON.stringify(name)}`,
      );
    }
    return new TemplateValue(TemplateValue._escaped(`$context.${name}`));
  }

  /** A variable of the stage, as text; empty where it has no value. */
  public static stageVariable(name: string): TemplateValue {
    if (!/^\w{1,64}$/.test(name)) {
      throw new Error(
        `\`TemplateValue.stageVariable\` must name a variable of the stage, got: ${JSON.stringify(name)}`,
      );
    }
    return new TemplateValue(TemplateValue._escaped(`$stageVariables.${name}`));
  }

  /** An object of values. */
  public static members(members: { [name: string]: TemplateValue }): TemplateValue {
    const rendered = Object.entries(members).map(([name, { template }]) => `${jsonTemplate(name)}:${template}`);
    return new TemplateValue(`{${rendered.join(',')}}`);
  }

  /** A list of values. */
  public static items(items: TemplateValue[]): TemplateValue {
    return new TemplateValue(`[${items.map(({ template }) => template).join(',')}]`);
  }

  /**
   * A reference as a text of JSON, empty where it leads to nothing. `escapeJavaScript` puts a backslash before single quotes too, which
   * JSON does not know.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
   *
   * @internal
   */
  public static _escaped(reference: string): string {
    return `"$!util.escapeJavaScript(${reference}).replaceAll("\\\\'","'")"`;
  }

  /** `$input.params('x')` would look in the path and the query first, where a caller could put what he likes. */
  private static parameterIn(position: string, factory: string, name: string): TemplateValue {
    if (!PARAMETER_NAME.test(name)) {
      throw new Error(
        `\`TemplateValue.${factory}\` must name a parameter by letters, digits and . _ $ -, got: ${JSON.stringify(name)}`,
      );
    }
    return new TemplateValue(TemplateValue._escaped(`$input.params().get('${position}').get('${name}')`));
  }

  /** As it stands in a mapping template: JSON, quotation marks included. */
  public readonly template: string;

  protected constructor(template: string) {
    this.template = template;
  }
}
