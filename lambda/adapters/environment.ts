import type { ApiEntry, Catalogue, MeteringEntry } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';

/** An environment variable that the constructs set. Its absence is a fault of the deployment, told at once. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`the environment variable ${name} is not set`);
  }
  return value;
}

export function readCatalogue(): Catalogue {
  return JSON.parse(requireEnv(Environment.CATALOGUE)) as Catalogue;
}

export function readMetering(): MeteringEntry {
  return JSON.parse(requireEnv(Environment.METERING)) as MeteringEntry;
}

/** The protected APIs, by id. */
export function readApis(): ReadonlyMap<string, ApiEntry> {
  const entries = JSON.parse(requireEnv(Environment.APIS)) as ApiEntry[];
  return new Map(entries.map((entry) => [entry.apiId, entry]));
}
