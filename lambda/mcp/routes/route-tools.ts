import type { Tool } from '../tool';
import { API_ANSWER } from '../tools/schemas';
import { inputSchemaOf } from './arguments';
import { callRoute } from './call-route';
import type { OpenApiDocument } from './document';
import { type Operation, operationsOf } from './operations';

/** As long as the names that models may call tools by. */
const MAX_NAME_LENGTH = 64;

const READING = ['GET', 'HEAD'];
const REPEATABLE = ['GET', 'HEAD', 'PUT', 'DELETE'];

/** One tool for each protected route of a document, named by its operation, and no two the same; `taken` are the names of others. */
export function routeTools(document: OpenApiDocument, billingPath: string, taken: readonly string[]): Tool[] {
  const names = new Set(taken);
  return operationsOf(document, billingPath).map((operation) => {
    const name = free(nameOf(operation), names);
    names.add(name);
    return routeTool(name, operation);
  });
}

function routeTool(name: string, operation: Operation): Tool {
  const { method, path, title, description } = operation;
  const isReading = READING.includes(method);
  return {
    definition: {
      name,
      title: title ?? `${method} ${path}`,
      description: `${description ?? title ?? `Calls the API.`} (${method} ${path}; spends quota.)`,
      inputSchema: inputSchemaOf(operation),
      outputSchema: { ...API_ANSWER },
      annotations: {
        readOnlyHint: isReading,
        destructiveHint: !isReading,
        idempotentHint: REPEATABLE.includes(method),
        openWorldHint: true,
      },
    },
    run: (args, call, context) => callRoute({ name, operation, args }, call, context),
  };
}

function nameOf({ operationId, method, path }: Operation): string {
  const text = operationId ?? `${method.toLowerCase()}${path}`;
  const name = text.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^_+|_+$/g, '');
  return (name === '' ? method.toLowerCase() : name).slice(0, MAX_NAME_LENGTH);
}

function free(name: string, names: ReadonlySet<string>): string {
  let found = name;
  for (let number = 2; names.has(found); number++) {
    const suffix = `_${number}`;
    found = `${name.slice(0, MAX_NAME_LENGTH - suffix.length)}${suffix}`;
  }
  return found;
}
