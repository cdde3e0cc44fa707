import { createHash } from 'node:crypto';

/**
 * Names that CloudFormation would end in random characters derive from the stack's name and the logical id instead:
 * tables and secrets on disk must be found again by the next start.
 */
export function physicalName(stackName: string, logicalId: string, maxLength = 64): string {
  const name = `${stackName}-${logicalId}`;
  if (name.length <= maxLength) {
    return name;
  }
  const suffix = stableId(name, 8);
  const kept = Math.floor((maxLength - suffix.length - 2) / 2);
  return `${name.slice(0, kept)}-${name.slice(-kept)}-${suffix}`;
}

/** An id as API Gateway gives them, lower-case letters and digits, always the same for the same seed. */
export function stableId(seed: string, length: number): string {
  const digest = createHash('sha512').update(seed).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(length, '0').slice(-length);
}
