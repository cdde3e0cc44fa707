import type { WebhookDiagnosis } from '../../lib/private/operations-doctor';
import type { SecretReader } from '../adapters/secrets';

/** Says whether there is a signing secret, by its form, for the operator who invokes the function himself. */
export async function diagnose(
  secrets: Pick<SecretReader, 'refresh'>,
  webhookSecretArn: string,
): Promise<WebhookDiagnosis> {
  try {
    const text = await secrets.refresh(webhookSecretArn);
    return { signingSecrets: { value: text.split(/\s+/).filter((secret) => /^whsec_\w+/.test(secret)).length } };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { signingSecrets: { error: `${name}: ${message}` } };
  }
}
