import { TemplateValue } from './template-value';

/** Mapping templates that make JSON. */
export class JsonTemplate {
  /**
   * Request templates that make an object, for `requestTemplates` of an integration that is no proxy. With them goes
   * `PassthroughBehavior.NEVER`, so that no body reaches the backend past the template.
   *
   * @param members what the object has, by name
   */
  public static request(members: { [name: string]: TemplateValue }): { [contentType: string]: string } {
    return { 'application/json': TemplateValue.members(members).template };
  }

  private constructor() {}
}
