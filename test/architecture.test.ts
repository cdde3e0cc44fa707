import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

/** What a file imports: paths from the root, or names of packages. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const specifiers = [...source.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)';/gms)].map(
    (match) => match[1] ?? '',
  );
  return specifiers.map((name) => (name.startsWith('.') ? relative(ROOT, resolve(ROOT, file, '..', name)) : name));
}

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function violations(folder: string, forbidden: RegExp): string[] {
  return filesOf(folder).flatMap((file) =>
    importsOf(file)
      .filter((name) => forbidden.test(name))
      .map((name) => `${file} imports ${name}`),
  );
}

test('the domain imports nothing with I/O', () => {
  // node:crypto and node:zlib compute; everything else must come from the domain itself, or be types of the catalogue and of events.
  expect(
    violations(
      'lambda/domain',
      /^(?!lambda\/domain\/|lib\/private\/catalogue$|lib\/private\/model-entry$|lib\/private\/stripe-(?:amounts|catalogue)$|backend\/customer-events$|node:crypto$|node:zlib$)/,
    ),
  ).toEqual([]);
});

test('the constructs import no handler and no local gateway', () => {
  expect(violations('lib', /^(lambda|local|cli|bin)\//)).toEqual([]);
});

test('the handlers import no construct and no local gateway', () => {
  expect(violations('lambda', /^(local|cli|bin)\/|^lib\/(?!private\/)|^aws-cdk-lib|^constructs$/)).toEqual([]);
});

test('the commands know of the functions that answer them what they say to each other, and nothing more', () => {
  expect(violations('cli', /^(lambda|bin)\/|^lib\/(?!private\/operations(-\w+)?$)|^aws-cdk-lib|^constructs$/)).toEqual(
    [],
  );
});

test('what constructs and handlers share imports nothing but each other', () => {
  const shared = [
    'access-log',
    'attributes',
    'catalogue',
    'customer-event-source',
    'environment',
    'identity-entry',
    'operations',
    'operations-deletion',
    'operations-doctor',
    'operations-output',
    'payment-required-schema',
    'stripe-amounts',
    'stripe-catalogue',
    'stripe-events',
  ].map((name) => `lib/private/${name}`);
  const imports = shared.flatMap((name) => importsOf(`${name}.ts`));
  expect(imports.filter((name) => !shared.includes(name))).toEqual([]);
});

test('what backends import brings nothing along', () => {
  expect(violations('backend', /^(?!backend\/)/)).toEqual([]);
});

test('adapters know no handler', () => {
  expect(violations('lambda/adapters', /^lambda\/(?!adapters\/|domain\/)/)).toEqual([]);
});
