interface MethodCall {
  readonly property: string;
  readonly params: readonly unknown[];
  readonly context: unknown;
}

type StringMethod = (text: string, first: string, second: string) => unknown;

/**
 * Methods of Java's strings that JavaScript's have not, or have with another meaning: `replace` replaces all, and `replaceAll` takes a
 * regular expression.
 */
const METHODS: ReadonlyMap<string, StringMethod> = new Map<string, StringMethod>([
  ['replaceAll', (text, pattern, replacement) => text.replace(new RegExp(pattern, 'g'), replacement)],
  ['replaceFirst', (text, pattern, replacement) => text.replace(new RegExp(pattern), replacement)],
  ['replace', (text, target, replacement) => text.replaceAll(target, () => replacement)],
  ['matches', (text, pattern) => new RegExp(`^(?:${pattern})$`).test(text)],
  ['contains', (text, part) => text.includes(part)],
  ['equals', (text, other) => text === other],
  ['equalsIgnoreCase', (text, other) => text.toLowerCase() === other.toLowerCase()],
  ['isEmpty', (text) => text === ''],
  ['length', (text) => text.length],
]);

/** For the template engine: strings of mapping templates are Java's. */
export const JAVA_STRINGS = {
  uid: 'java strings',
  match: ({ property, context }: MethodCall): boolean => typeof context === 'string' && METHODS.has(property),
  resolve: ({ property, context, params }: MethodCall): unknown => {
    const [first, second] = [params[0], params[1]].map((param) => String(param ?? ''));
    return METHODS.get(property)?.(String(context), first ?? '', second ?? '');
  },
};
