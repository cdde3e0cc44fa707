import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, Item } from '../../local/store/attribute-value';
import type { UpdateRequest } from '../../local/store/requests';
import { validate } from '../../local/store/validate';
import { toWire, toWireItem } from './wire';

interface Statement {
  readonly request: UpdateRequest;
  /** The very objects that the parsed expressions refer to. */
  readonly values: Item;
}

/** The check copies the request, and keeps of it what it was parsed from. */
type Parsed = UpdateRequest & { readonly ExpressionAttributeValues?: Item };

/**
 * Parsing takes far longer than applying, and a run sends a few statements a million times. So a statement is parsed once, by the
 * store's own parser, and later values are written into the parsed one; the store copies what it keeps.
 */
export class Statements {
  private readonly known = new Map<string, Statement>();

  parse(input: UpdateItemCommandInput): UpdateRequest {
    const { Key, ExpressionAttributeValues, ExpressionAttributeNames = {} } = input;
    const names = Object.entries(ExpressionAttributeNames).join();
    const id = `${input.TableName}|${input.UpdateExpression}|${input.ConditionExpression}|${names}`;
    const statement = this.known.get(id);
    const key = toWireItem(Key ?? {});
    if (statement === undefined) {
      const values = toWireItem(ExpressionAttributeValues ?? {});
      const request = validate.updateItem({ ...input, Key: key, ExpressionAttributeValues: values }) as Parsed;
      this.known.set(id, { request, values: request.ExpressionAttributeValues ?? {} });
      return request;
    }
    for (const [name, value] of Object.entries(ExpressionAttributeValues ?? {})) {
      overwrite(statement.values[name], toWire(value), name);
    }
    return { ...statement.request, Key: key };
  }
}

function overwrite(target: AttributeValue | undefined, value: Item[string], name: string): void {
  if (target === undefined || Object.keys(target).join() !== Object.keys(value).join()) {
    throw new Error(`${name} is not of the type that it had when the statement was parsed`);
  }
  Object.assign(target, value);
}
