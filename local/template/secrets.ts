import type { AppTemplates } from './app-templates';
import { arnOf, nameOf } from './attributes';
import { generateSecretString } from './generate-secret-string';
import type { SecretModel } from './model';
import type { Resource } from './stack';
import { object, text } from './values';

export function readSecrets(app: AppTemplates): SecretModel[] {
  return app
    .resourcesOf('AWS::SecretsManager::Secret')
    .map((resource) =>
      resource.attempt(() => ({
        arn: arnOf(resource),
        name: nameOf(resource),
        path: resource.path,
        value: app.secretStringOf(resource),
      })),
    )
    .filter((secret) => secret !== undefined);
}

/** The literal value in the template; else what an earlier start kept; else a newly generated one. */
export function secretString(resource: Resource, kept: string | undefined): string | undefined {
  const literal = text(resource.property('SecretString'));
  if (literal !== undefined) {
    return literal;
  }
  const recipe = resource.property('GenerateSecretString');
  return kept ?? (recipe === undefined ? undefined : generateSecretString(object(recipe)));
}
