import { createHash } from 'node:crypto';
import { itemSize } from 'dynalite/db';
import { areEqual, type Item } from '../store/attribute-value';
import type { Change } from '../store/database';
import type { StreamModel } from '../template/model';

/** A record of a stream, as Lambda gives it to functions. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: string;
  readonly eventSource: string;
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamModel['viewType'];
  };
  readonly eventSourceARN: string;
  readonly userIdentity?: { readonly type: string; readonly principalId: string };
}

/** Who deletes what has expired. */
const TIME_TO_LIVE = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

/** What a stream has of a change; nothing where the item was written as it stood. */
export function recordOf(
  { table, old, new: next, expired }: Change,
  { arn, viewType }: StreamModel,
  sequenceNumber: string,
  now: number,
): StreamRecord | undefined {
  const item = next ?? old;
  if (item === undefined || (old !== undefined && next !== undefined && areEqual({ M: old }, { M: next }))) {
    return undefined;
  }
  const images = {
    ...(next !== undefined && isKept('NEW', viewType) && { NewImage: next }),
    ...(old !== undefined && isKept('OLD', viewType) && { OldImage: old }),
  };
  const keys = table.keyOf(item);
  return {
    eventID: createHash('md5').update(`${arn}/${sequenceNumber}`).digest('hex'),
    eventName: old === undefined ? 'INSERT' : next === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: arn.split(':')[3] ?? '',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(now / 1000),
      Keys: keys,
      ...images,
      SequenceNumber: sequenceNumber,
      SizeBytes: [keys, ...Object.values(images)].reduce((sum, one) => sum + itemSize(one), 0),
      StreamViewType: viewType,
    },
    eventSourceARN: arn,
    ...(expired && { userIdentity: TIME_TO_LIVE }),
  };
}

function isKept(image: 'NEW' | 'OLD', viewType: StreamModel['viewType']): boolean {
  return viewType === `${image}_IMAGE` || viewType === 'NEW_AND_OLD_IMAGES';
}
