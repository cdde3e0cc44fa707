import { Token, Tokenization } from 'aws-cdk-lib';
import { type Replacement, replaceAll, replaceAtDeployment, rewrite } from './rewrite';

/** Mapping templates are Velocity's, in which nothing but these two begins anything; JSON can name them otherwise. */
const VELOCITY_IN_JSON: readonly Replacement[] = [
  ['$', '\\u0024'],
  ['#', '\\u0023'],
];

/** What the deployment puts into a string of JSON is to stay in it. */
const JSON_STRING: readonly Replacement[] = [
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ...VELOCITY_IN_JSON,
];

/** A mapping template that gives the value as JSON, whatever is in its texts. */
export function jsonTemplate(value: unknown): string {
  if (typeof value === 'string') {
    return `"${rewrite(value, jsonLiteral, (intrinsic) => replaceAtDeployment(intrinsic, JSON_STRING))}"`;
  }
  if (typeof value === 'number') {
    return Token.isUnresolved(value) ? Tokenization.stringifyNumber(value) : String(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(jsonTemplate).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${jsonTemplate(name)}:${jsonTemplate(member)}`).join(',')}}`;
  }
  return String(value);
}

/** Only ASCII remains, so that it matters to nobody on the way how text is encoded. */
function jsonLiteral(known: string): string {
  const byNumber = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(known)
    .slice(1, -1)
    .replaceAll(/[$#\u007f-\uffff]/g, byNumber);
}

/** A backslash in front of a reference would have Velocity print the reference; so all three are references, and `$` is the first. */
const VELOCITY_IN_TEXT: readonly Replacement[] = [
  ['$', reference('d')],
  ['#', reference('h')],
  ['\\', reference('b')],
];

/** The empty one comes before the text: a directive would take a line break at its beginning for its own. */
const TEXT_HEAD = "#set($d = '$')#set($h = '#')#set($b = $util.base64Decode('XA=='))#set($e = '')";

/** A mapping template that gives the text as it is. */
export function textTemplate(text: string): string {
  return TEXT_HEAD + reference('e') + rewrite(text, (known) => replaceAll(known, VELOCITY_IN_TEXT), decoded);
}

/** What only the deployment knows, in letters that mean nothing to Velocity. */
function decoded(intrinsic: unknown): unknown {
  return { 'Fn::Join': ['', ["$util.base64Decode('", { 'Fn::Base64': intrinsic }, "')"]] };
}

function reference(name: string): string {
  return `$\{${name}}`;
}
