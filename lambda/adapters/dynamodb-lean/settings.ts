import { requireEnv } from '../environment';
import type { Credentials } from './signature';

/** Where the domain is not `amazonaws.com`: the Regions' first words, and their partition's domain. */
const DNS_SUFFIXES: readonly (readonly [string, string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-isof-', 'csp.hci.ic.gov'],
];

/** The Region that Lambda runs the handler in. */
export function regionFromEnvironment(): string {
  return requireEnv('AWS_REGION');
}

/** Where a service is, by the variables that the SDKs know too. */
export function endpointFromEnvironment(region: string, service: 'dynamodb' | 'lambda' = 'dynamodb'): URL {
  const configured = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || process.env.AWS_ENDPOINT_URL;
  if (configured) {
    return new URL(configured);
  }
  const [, suffix = 'amazonaws.com'] = DNS_SUFFIXES.find(([prefix]) => region.startsWith(prefix)) ?? [];
  return new URL(`https://${service}.${region}.${suffix}`);
}

/** The role's credentials, which Lambda sets. They are other ones after a restore from a snapshot, so they are never kept. */
export function credentialsFromEnvironment(): Credentials {
  return {
    accessKeyId: requireEnv('AWS_ACCESS_KEY_ID'),
    secretAccessKey: requireEnv('AWS_SECRET_ACCESS_KEY'),
    sessionToken: process.env.AWS_SESSION_TOKEN || undefined,
  };
}
