import { Duration, Size } from 'aws-cdk-lib';
import type { ResumeOptions } from '../resume-options';
import type { ResumeEntry } from './catalogue';
import { requireInteger } from './validation';

/** How refused requests are kept, as the handlers read it. */
export function renderResume({
  lifetime = Duration.hours(1),
  maxSize = Size.kibibytes(64),
}: ResumeOptions): ResumeEntry {
  if (!lifetime.isUnresolved()) {
    requireInteger('resume.lifetime (seconds)', lifetime.toSeconds({ integral: false }), 1, 86_400);
  }
  if (!maxSize.isUnresolved()) {
    requireInteger('resume.maxSize (bytes)', maxSize.toBytes(), 1, 256 * 1_024);
  }
  return { lifetime: lifetime.toSeconds(), maxBytes: maxSize.toBytes() };
}
