import type { AppTemplates } from './app-templates';
import type { AssemblyStack } from './assembly';
import { attributeOf, referenceTo } from './attributes';
import { resolveReferences } from './dynamic-references';
import { evaluate, resolve, type Scope, Unresolvable } from './intrinsics';
import { definedResources } from './openapi/resources';
import { type JsonObject, list, object, text, textList } from './values';

/** A stack or nested stack, as the scope that its own template's intrinsic functions are resolved in. */
export class Stack implements Scope {
  private present?: Resource[];
  private known?: JsonObject;

  constructor(
    readonly app: AppTemplates,
    private readonly source: AssemblyStack,
    /** What names derive from; the stack's name but where two Regions hold stacks of one name. */
    readonly name: string,
    /** Of a nested stack: the resource in its parent that gives its parameters. */
    private readonly nestedIn?: Resource,
  ) {}

  get path(): string {
    return this.source.path;
  }

  get account(): string {
    return this.source.account;
  }

  get region(): string {
    return this.source.region;
  }

  get stackName(): string {
    return this.source.name;
  }

  get id(): string {
    return `arn:aws:cloudformation:${this.region}:${this.account}:stack/${this.stackName}/local`;
  }

  /** The resources that are deployed: those whose condition holds. */
  get resources(): readonly Resource[] {
    this.present ??= Object.keys(this.definitions)
      .map((logicalId) => this.resource(logicalId))
      .filter((resource) => resource.attempt(() => resource.isPresent()) ?? false);
    return this.present;
  }

  get outputs(): JsonObject {
    return object(this.source.template.Outputs);
  }

  resource(logicalId: string): Resource {
    const definition = this.definitions[logicalId];
    if (definition === undefined) {
      throw new Unresolvable(`the template of ${this.path} has no resource ${logicalId}`);
    }
    return new Resource(this, logicalId, object(definition));
  }

  /** By logical id: those of the template, and what API Gateway makes of the definitions of its APIs. */
  private get definitions(): JsonObject {
    const inTemplate = object(this.source.template.Resources);
    this.known ??= Object.assign(
      { ...inTemplate },
      ...Object.entries(inTemplate)
        .filter(([, definition]) => object(definition).Type === 'AWS::ApiGateway::RestApi')
        .map(([id, api]) => definedResources(id, object(api), new Resource(this, id, object(api)).path)),
    );
    return this.known ?? inTemplate;
  }

  output(name: string): unknown {
    const output = this.outputs[name];
    if (output === undefined) {
      throw new Unresolvable(`the stack ${this.path} has no output ${name}`);
    }
    return resolve(object(output).Value, this);
  }

  ref(name: string): unknown {
    switch (name) {
      case 'AWS::Region':
        return this.region;
      case 'AWS::AccountId':
        return this.account;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.stackName;
      case 'AWS::StackId':
        return this.id;
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return undefined;
    }
    const parameter = object(this.source.template.Parameters)[name];
    return parameter === undefined ? referenceTo(this.resource(name)) : this.parameter(name, object(parameter));
  }

  attribute(logicalId: string, attribute: string): unknown {
    const resource = this.resource(logicalId);
    if (attribute.startsWith('Outputs.')) {
      return this.app.nestedStackOf(resource).output(attribute.slice('Outputs.'.length));
    }
    return attributeOf(resource, attribute);
  }

  condition(name: string): boolean {
    const expression = object(this.source.template.Conditions)[name];
    if (expression === undefined) {
      throw new Unresolvable(`the template of ${this.path} has no condition ${name}`);
    }
    return evaluate(expression, this);
  }

  mapped(map: string, firstKey: string, secondKey: string): unknown {
    return object(object(object(this.source.template.Mappings)[map])[firstKey])[secondKey];
  }

  exported(name: string): unknown {
    return this.app.exported(name);
  }

  stackOutput(stack: string, output: string): unknown {
    return this.app.stackNamed(stack).output(output);
  }

  private parameter(name: string, definition: JsonObject): unknown {
    const value =
      this.app.givenParameter(this.stackName, name) ??
      object(this.nestedIn?.raw('Parameters'))[name] ??
      this.source.parameters[name] ??
      definition.Default;
    if (value === undefined) {
      throw new Unresolvable(`the template parameter ${name} has no default, so its value is not known`);
    }
    const resolved = resolve(value, this.nestedIn?.stack ?? this);
    const type = text(definition.Type) ?? 'String';
    if (type.startsWith('AWS::SSM::Parameter::Value')) {
      return this.app.parameterValue(String(resolved));
    }
    const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
    return isList && !Array.isArray(resolved) ? commaDelimited(text(resolved) ?? '') : resolved;
  }
}

/** A resource of a template; properties are resolved as they are asked for, so that what nobody reads cannot fail. */
export class Resource {
  constructor(
    readonly stack: Stack,
    readonly logicalId: string,
    private readonly definition: JsonObject,
  ) {}

  get type(): string {
    return text(this.definition.Type) ?? '';
  }

  /** The construct path, without the `Resource` that every L2 construct names its L1 construct. */
  get path(): string {
    const path = text(this.metadata['aws:cdk:path']);
    return path?.replace(/\/Resource$/, '') ?? `${this.stack.path}/${this.logicalId}`;
  }

  get metadata(): JsonObject {
    return object(this.definition.Metadata);
  }

  get isCustom(): boolean {
    return this.type.startsWith('Custom::') || this.type === 'AWS::CloudFormation::CustomResource';
  }

  /** Logical ids. */
  get dependsOn(): readonly string[] {
    return textList([this.definition.DependsOn].flat());
  }

  /** As they are in the template. */
  get properties(): JsonObject {
    return object(this.definition.Properties);
  }

  raw(property: string): unknown {
    return this.properties[property];
  }

  property(name: string): unknown {
    return this.resolved(this.raw(name));
  }

  /** A value of this resource's template, with intrinsic functions and dynamic references resolved. */
  resolved(value: unknown): unknown {
    return resolveReferences(resolve(value, this.stack), this.stack.app);
  }

  isPresent(): boolean {
    const condition = text(this.definition.Condition);
    return condition === undefined || this.stack.condition(condition);
  }

  /** Names this resource as not served. */
  unserved(reason: string): void {
    this.stack.app.report({ path: this.path, type: this.type, reason });
  }

  /** Runs a part of reading this resource; a value that cannot be resolved names the resource and gives nothing. */
  attempt<T>(read: () => T, consequence = 'it is left out'): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unresolvable)) {
        throw error;
      }
      this.unserved(`${consequence}: ${error.message}`);
      return undefined;
    }
  }
}

function commaDelimited(value: string): readonly unknown[] {
  return list(value === '' ? [] : value.split(',').map((item) => item.trim()));
}
