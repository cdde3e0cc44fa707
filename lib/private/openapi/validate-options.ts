import type { DiscoveryOptions } from '../../discovery';
import { requireText } from '../validation';

/** Refuses what could not stand in the documents. */
export function requireDiscovery(options: DiscoveryOptions): DiscoveryOptions {
  const limits = { title: 200, description: 2_000, version: 50 } as const;
  for (const name of ['title', 'description', 'version'] as const) {
    const text = options[name];
    if (text !== undefined) {
      requireText(`discovery.${name}`, text, limits[name]);
    }
  }
  return options;
}
