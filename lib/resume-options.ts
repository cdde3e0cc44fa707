import type { Duration, Size } from 'aws-cdk-lib';

/** How refused requests are kept, to be run once they are paid for. */
export interface ResumeOptions {
  /**
   * How long, between 1 second and 24 hours.
   *
   * @default Duration.hours(1)
   */
  readonly lifetime?: Duration;

  /**
   * How large a request's body may be, between 1 byte and 256 KiB. A request is written as one item, at one write unit a KiB.
   *
   * @default Size.kibibytes(64)
   */
  readonly maxSize?: Size;
}
