import { randomInt } from 'node:crypto';
import { Unresolvable } from './intrinsics';
import { flag, type JsonObject, number, parseObject, text } from './values';

const CHARACTER_TYPES: readonly (readonly [exclude: string, characters: string])[] = [
  ['ExcludeLowercase', 'abcdefghijklmnopqrstuvwxyz'],
  ['ExcludeUppercase', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['ExcludeNumbers', '0123456789'],
  ['ExcludePunctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
];

const DEFAULT_LENGTH = 32;

/** Secrets Manager's GetRandomPassword, put into the template's JSON where the recipe names a key for it. */
export function generateSecretString(recipe: JsonObject): string {
  const password = generatePassword(recipe);
  const key = text(recipe.GenerateStringKey);
  if (key === undefined) {
    return password;
  }
  const template = parseObject(text(recipe.SecretStringTemplate) ?? '{}');
  if (!template) {
    throw new Unresolvable('SecretStringTemplate is no JSON object');
  }
  return JSON.stringify({ ...template, [key]: password });
}

function generatePassword(recipe: JsonObject): string {
  const excluded = new Set(text(recipe.ExcludeCharacters) ?? '');
  const types = CHARACTER_TYPES.filter(([exclude]) => !flag(recipe[exclude]))
    .map(([, characters]) => [...characters].filter((character) => !excluded.has(character)))
    .filter((characters) => characters.length > 0);
  const alphabet = [...types.flat(), ...(flag(recipe.IncludeSpace) ? [' '] : [])];
  if (alphabet.length === 0) {
    throw new Unresolvable('GenerateSecretString excludes every character');
  }
  const length = number(recipe.PasswordLength) ?? DEFAULT_LENGTH;
  const required = flag(recipe.RequireEachIncludedType ?? true) ? types.map(pick) : [];
  const filling = Array.from({ length: Math.max(0, length - required.length) }, () => pick(alphabet));
  return shuffled([...required, ...filling]).join('');
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}

function shuffled(characters: string[]): string[] {
  return characters
    .map((character) => ({ character, order: randomInt(2 ** 47) }))
    .sort((left, right) => left.order - right.order)
    .map(({ character }) => character);
}
