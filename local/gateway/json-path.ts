const STEP = /\.\*|\[\*\]|\.([\w$-]+)|\[(\d+)\]|\[(?:'([^']+)'|"([^"]+)")\]/y;

/** The value at a JSONPath of plain steps and wildcards; nothing where there is none. Filters and `..` are refused. */
export function jsonPath(root: unknown, path: string): unknown {
  if (!path.startsWith('$')) {
    throw new Error(`no JSONPath: ${path}`);
  }
  let values: unknown[] = [root];
  let isMany = false;
  for (let position = 1; position < path.length; position = STEP.lastIndex) {
    STEP.lastIndex = position;
    const step = STEP.exec(path);
    if (step === null) {
      throw new Error(`this JSONPath is not served locally: ${path}`);
    }
    const key = step.slice(1).find((part) => part !== undefined);
    isMany ||= key === undefined;
    values = values.flatMap((value) => (key === undefined ? children(value) : child(value, key)));
  }
  return isMany ? values : values[0];
}

function children(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function child(value: unknown, key: string): unknown[] {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? [(value as Record<string, unknown>)[key]]
    : [];
}
