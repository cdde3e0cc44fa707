import { Unresolvable } from './intrinsics';
import { isObject, parseObject, text } from './values';

/** What `{{resolve:…}}` is looked up in. */
export interface DynamicValues {
  /** By ARN or name. */
  secretValue(secretId: string): string;
  parameterValue(name: string): string;
}

const REFERENCE = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}/g;

/** Replaces dynamic references, which CloudFormation fills in after the intrinsic functions. */
export function resolveReferences(value: unknown, values: DynamicValues): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (_match, service: string, reference: string) =>
      service === 'secretsmanager'
        ? secretReference(reference, values)
        : values.parameterValue(reference.replace(/:\d+$/, '')),
    );
  }
  if (Array.isArray(value)) {
    return value.map((item) => resolveReferences(item, values));
  }
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolveReferences(entry, values)]));
  }
  return value;
}

/** `secret-id:SecretString:json-key:version-stage:version-id`, where an ARN as the id holds six colons itself. */
function secretReference(reference: string, values: DynamicValues): string {
  const parts = reference.split(':');
  const idLength = reference.startsWith('arn:') ? 7 : 1;
  const id = parts.slice(0, idLength).join(':');
  const key = parts[idLength + 1];
  const value = values.secretValue(id);
  if (!key) {
    return value;
  }
  const fields = parseObject(value);
  if (!fields) {
    throw new Unresolvable(`the secret ${id} is no JSON object, so none of its keys can be taken`);
  }
  const field = text(fields[key]);
  if (field === undefined) {
    throw new Unresolvable(`the secret ${id} has no key "${key}"`);
  }
  return field;
}
