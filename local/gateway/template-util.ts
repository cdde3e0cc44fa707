const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** `$util` of mapping templates. */
export const templateUtil = {
  /** By JavaScript's rules, so single quotes too, as API Gateway does. */
  escapeJavaScript(value: unknown): string {
    return [...text(value)].map((character) => ESCAPES[character] ?? escapeControl(character)).join('');
  },
  parseJson(value: unknown): unknown {
    return JSON.parse(text(value));
  },
  /** As a form would be encoded. */
  urlEncode(value: unknown): string {
    return new URLSearchParams([['', text(value)]]).toString().slice(1);
  },
  urlDecode(value: unknown): string {
    return decodeURIComponent(text(value).replaceAll('+', ' '));
  },
  base64Encode(value: unknown): string {
    return Buffer.from(text(value), 'utf8').toString('base64');
  },
  base64Decode(value: unknown): string {
    return Buffer.from(text(value), 'base64').toString('utf8');
  },
};

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function escapeControl(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? `\\u${code.toString(16).padStart(4, '0')}` : character;
}
