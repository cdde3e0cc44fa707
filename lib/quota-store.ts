import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { type IMetric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AttributeType,
  Billing,
  type ITableV2,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import {
  CREDITED_ATTRIBUTES,
  LISTED_ATTRIBUTES,
  OPENED_ATTRIBUTES,
  RESERVED_ATTRIBUTES,
  SETTLED_ATTRIBUTES,
  SURROGATE_KEY_ATTRIBUTES,
  USE_COUNTERS,
} from './private/attributes';
import { sumOf } from './private/function-metric';

/** Properties of `QuotaStore`. */
export interface QuotaStoreProps {
  /**
   * What becomes of the table, and of every balance in it, when the stack is deleted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The KMS key of yours that the table is encrypted with; the stack must then have a Region (`env`). DynamoDB keeps a table's key for five
   * minutes, so it costs no call of KMS for each of the API's. Without the key no balance can be read, and calls are answered 503.
   *
   * @default - a key of DynamoDB's own, which costs nothing
   */
  readonly encryptionKey?: IKey;
}

/** The DynamoDB table that holds balances, customers and the ledger. Two paywalls that share one share their customers. */
export class QuotaStore extends Construct {
  /** The table. */
  public readonly table: ITableV2;

  /** The KMS key of yours that the table is encrypted with; none where it is DynamoDB's own. */
  public readonly encryptionKey?: IKey;

  /** Who may do what with it. */
  public readonly grants: QuotaStoreGrants;

  constructor(scope: Construct, id: string, props: QuotaStoreProps = {}) {
    super(scope, id);
    const { region } = Stack.of(this);
    if (props.encryptionKey !== undefined && Token.isUnresolved(region)) {
      throw new Error(
        `\`encryptionKey\` needs a stack with a Region: pass \`env: { region: … }\` to ${Stack.of(this).node.path}, got none`,
      );
    }
    const table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expiresAt',
      // A stream that nobody reads costs nothing; to switch it on later would change the table then.
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      ...(props.encryptionKey !== undefined && {
        encryption: TableEncryptionV2.customerManagedKey(props.encryptionKey),
      }),
    });
    this.table = table;
    this.encryptionKey = props.encryptionKey;
    this.grants = new QuotaStoreGrants(table, props.encryptionKey);
  }

  /**
   * Capacity that reads have taken, in read units; divided by the seconds of the period, it is the rate.
   *
   * @default - the sum over 5 minutes
   */
  public metricConsumedReadUnits(options: MetricOptions = {}): IMetric {
    return this.table.metricConsumedReadCapacityUnits({ statistic: Stats.SUM, ...options });
  }

  /**
   * Capacity that writes have taken, in write units.
   *
   * @default - the sum over 5 minutes
   */
  public metricConsumedWriteUnits(options: MetricOptions = {}): IMetric {
    return this.table.metricConsumedWriteCapacityUnits({ statistic: Stats.SUM, ...options });
  }

  /**
   * Reads and writes that DynamoDB has throttled, whatever became of them when they were sent again: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricThrottledRequests(options: MetricOptions = {}): IMetric {
    const throttled = { statistic: Stats.SUM, ...options };
    return sumOf(
      {
        throttled_reads: this.table.metric('ReadThrottleEvents', throttled),
        throttled_writes: this.table.metric('WriteThrottleEvents', throttled),
      },
      { label: 'Throttled', ...options },
    );
  }
}

/**
 * The store's permissions, one method for each part that a handler plays. Partition keys keep the parts apart: IAM can tell
 * them from each other (`dynamodb:LeadingKeys`), where it cannot tell sort keys.
 */
export class QuotaStoreGrants {
  /**
   * @param table the store's table
   * @param encryptionKey the key that it is encrypted with, where it is one of yours
   */
  constructor(
    private readonly table: ITableV2,
    private readonly encryptionKey?: IKey,
  ) {}

  /** Spend units, count them by day and route, and roll periods over: updates of customers. No ledger entry, no new item by a put. */
  public spend(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:UpdateItem'], ['CUSTOMER#*', 'ROUTE#*']);
  }

  /** See what routes are called that units were counted under. No customer. */
  public readRoutes(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:GetItem'], ['ROUTE#*']);
  }

  /** Reserve units of balances for calls that are being served. Nothing else of a customer. */
  public reserve(grantee: IGrantable): Grant {
    return this.allowAttributes(grantee, ['dynamodb:UpdateItem'], RESERVED_ATTRIBUTES);
  }

  /**
   * Read customers, make new ones, and give them keys or take these away; and write down what was changed, without reading what others
   * have written. No ledger entry, no event.
   */
  public manageCustomers(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'];
    return this.allow(grantee, actions, ['CUSTOMER#*']).combine(
      this.allow(grantee, ['dynamodb:PutItem', 'dynamodb:UpdateItem'], ['AUDIT#*']),
    );
  }

  /** See customers. It changes nothing. */
  public readCustomers(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:GetItem'], ['CUSTOMER#*']);
  }

  /** Make the customers whom tokens name. No key of any. */
  public openCustomers(grantee: IGrantable): Grant {
    return this.allowAttributes(grantee, ['dynamodb:UpdateItem'], OPENED_ATTRIBUTES);
  }

  /** Keep requests that wait for a payment, sealed, and mark them as used. No customer. */
  public keepRequests(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['REQUEST#*']);
  }

  /** Count sign-ups by their source addresses, which are there as hashes. No customer. */
  public countSignUps(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:UpdateItem'], ['SIGNUP#*']);
  }

  /** See what has been credited. It changes nothing, and reads no customer. */
  public readLedger(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:GetItem'], ['LEDGER#*']);
  }

  /** Add what was paid for: ledger entries, balances and accounts, and the markers of seen events. No customer's keys. */
  public credit(grantee: IGrantable): Grant {
    const [read, put, update] = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
    return this.allow(grantee, [read, put], ['LEDGER#*', 'EVENT#*'])
      .combine(this.allow(grantee, [update], ['LEDGER#*', 'STRIPE#*']))
      .combine(this.allowAttributes(grantee, [read, put, update], CREDITED_ATTRIBUTES));
  }

  /** Enter top-ups that were charged just now: ledger entries, and the units on balances. Nothing else of a customer. */
  public topUp(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], ['LEDGER#*']).combine(
      this.allowAttributes(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], SETTLED_ATTRIBUTES),
    );
  }

  /** Bring calls to what they cost in the end: the calls, ledger entries, and the units on balances and in the history of use. Nothing else of a customer. */
  public settle(grantee: IGrantable): Grant {
    return this.allow(
      grantee,
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      ['LEDGER#*', 'CHARGE#*'],
    ).combine(
      this.allowAttributes(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [...SETTLED_ATTRIBUTES, USE_COUNTERS]),
    );
  }

  /**
   * What an operator may ask for: see customers, make them, change their standing, plan, units and keys, delete them, post ledger entries,
   * and write down who has done so. No event. No entry of the ledger, and none of what was done, is deleted. Where customers are listed, no
   * key is read.
   */
  public operate(grantee: IGrantable): Grant {
    const [read, query] = ['dynamodb:GetItem', 'dynamodb:Query'];
    const write = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];
    const remove = 'dynamodb:DeleteItem';
    return this.allow(grantee, [read, query, ...write], ['CUSTOMER#*', 'LEDGER#*'])
      .combine(this.allow(grantee, [remove], ['CUSTOMER#*', 'REFUSED#*']))
      .combine(this.allow(grantee, [query, ...write], ['AUDIT#*']))
      .combine(this.allow(grantee, [read, remove], ['KEY#*', 'STRIPE#*']))
      .combine(this.allow(grantee, [query, remove], ['REQUEST#*']))
      .combine(this.allowList(grantee));
  }

  /** Write down whose keys are that were made elsewhere, by their hashes, in one write with new customers who own them. */
  public importKeys(grantee: IGrantable): Grant {
    const actions = ['GetItem', 'BatchGetItem', 'UpdateItem', 'DeleteItem'].map((name) => `dynamodb:${name}`);
    return this.allow(grantee, actions, ['KEY#*']).combine(
      this.allow(grantee, ['dynamodb:PutItem'], ['KEY#*', 'CUSTOMER#*', 'AUDIT#*']),
    );
  }

  /** See whose a key is that was made elsewhere, by its hash. No customer. */
  public findImportedKeys(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:GetItem'], ['KEY#*']);
  }

  /** See what has changed for customers, as it was and as it is. It changes nothing. */
  public readChanges(grantee: IGrantable): Grant {
    const grant = Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resourceArns: [this.table.tableStreamArn ?? ''],
    });
    // A stream is encrypted with its table's key.
    return this.encryptionKey === undefined ? grant : grant.combine(this.encryptionKey.grantDecrypt(grantee));
  }

  /** Note which refusals of customers were told. No customer's balance. */
  public noteRefusals(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['REFUSED#*']);
  }

  /** Keep the reconciler's place among Stripe's events. No customer, and no ledger entry. */
  public keepCursor(grantee: IGrantable): Grant {
    return this.allow(grantee, ['dynamodb:GetItem', 'dynamodb:PutItem'], ['CURSOR#*']);
  }

  /** See which plan customers are on, and name the surrogate keys that are theirs. Nothing else of a customer. */
  public nameSurrogateKeys(grantee: IGrantable): Grant {
    return this.allowAttributes(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], SURROGATE_KEY_ATTRIBUTES);
  }

  private allow(grantee: IGrantable, actions: string[], partitionKeys: string[]): Grant {
    return this.permit(grantee, actions, {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitionKeys },
    });
  }

  /** A scan has no leading key to be held to: so it is held to the attributes that it may read. */
  private allowList(grantee: IGrantable): Grant {
    return this.permit(grantee, ['dynamodb:Scan'], {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': LISTED_ATTRIBUTES },
      StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    });
  }

  /** Some attributes of customers; never `keys`, so that no payment opens a door. */
  private allowAttributes(grantee: IGrantable, actions: string[], attributes: string[]): Grant {
    return this.permit(grantee, actions, {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CUSTOMER#*'], 'dynamodb:Attributes': attributes },
    });
  }

  private permit(grantee: IGrantable, actions: string[], conditions: Record<string, Record<string, unknown>>): Grant {
    const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: [this.table.tableArn], conditions });
    return this.encryptionKey === undefined ? grant : grant.combine(this.permitKey(grantee, this.encryptionKey));
  }

  /**
   * DynamoDB uses a customer's key in the name of whoever calls it, and by way of DynamoDB alone.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
   */
  private permitKey(grantee: IGrantable, key: IKey): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: KEY_ACTIONS,
      resourceArns: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(this.table).region}.amazonaws.com` } },
    });
  }
}

/** What DynamoDB wants of a customer's key for a table's items, without the wildcards of its documentation. */
const KEY_ACTIONS = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:DescribeKey',
];
