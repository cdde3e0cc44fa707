import { SecretValue } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import fc from 'fast-check';
import { generateSecretString } from '../../../local/template/generate-secret-string';
import { modelOf, removeTemporaryFolders } from './synthesized';

afterAll(removeTemporaryFolders);

const pk = { name: 'pk', type: AttributeType.STRING };
const sk = { name: 'sk', type: AttributeType.STRING };

describe('tables', () => {
  test.each([
    [
      'TableV2',
      (stack: Parameters<Parameters<typeof modelOf>[0]>[0]) =>
        new TableV2(stack, 'Table', {
          partitionKey: pk,
          sortKey: sk,
          timeToLiveAttribute: 'expiresAt',
          dynamoStream: StreamViewType.NEW_IMAGE,
          globalSecondaryIndexes: [{ indexName: 'bySk', partitionKey: sk, projectionType: ProjectionType.KEYS_ONLY }],
        }),
    ],
    [
      'Table',
      (stack: Parameters<Parameters<typeof modelOf>[0]>[0]) => {
        const table = new Table(stack, 'Table', {
          partitionKey: pk,
          sortKey: sk,
          timeToLiveAttribute: 'expiresAt',
          stream: StreamViewType.NEW_IMAGE,
          billingMode: BillingMode.PROVISIONED,
        });
        table.addGlobalSecondaryIndex({
          indexName: 'bySk',
          partitionKey: sk,
          projectionType: ProjectionType.KEYS_ONLY,
        });
      },
    ],
  ] as const)('%s becomes the input of CreateTable', (_type, build) => {
    expect(modelOf((stack) => void build(stack)).tables).toEqual([
      {
        name: 'Stack-TableCD117FA1',
        path: 'Stack/Table',
        definition: {
          TableName: 'Stack-TableCD117FA1',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'bySk',
              KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          ],
          BillingMode: 'PAY_PER_REQUEST',
        },
        ttlAttribute: 'expiresAt',
        stream: {
          arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Stack-TableCD117FA1/stream/local',
          table: 'Stack-TableCD117FA1',
          viewType: 'NEW_IMAGE',
        },
      },
    ]);
  });

  test('a local index, no time to live, and no stream', () => {
    const [table] = modelOf((stack) => {
      const other = { name: 'other', type: AttributeType.NUMBER };
      const created = new Table(stack, 'Table', { tableName: 'named', partitionKey: pk, sortKey: sk });
      created.addLocalSecondaryIndex({ indexName: 'byOther', sortKey: other });
    }).tables;

    expect(table).toMatchObject({ name: 'named', definition: { LocalSecondaryIndexes: [{ IndexName: 'byOther' }] } });
    expect([table?.ttlAttribute, table?.stream]).toEqual([undefined, undefined]);
  });
});

describe('secrets', () => {
  const build: Parameters<typeof modelOf>[0] = (stack) => {
    new Secret(stack, 'Literal', { secretName: 'a/b-c', secretStringValue: SecretValue.unsafePlainText('words') });
    new Secret(stack, 'Generated', { generateSecretString: { passwordLength: 12, excludePunctuation: true } });
  };

  test('have their literal value, or a generated one', () => {
    const [literal, generated] = modelOf(build).secrets;

    expect(literal).toEqual({
      arn: expect.stringMatching(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:a\/b-c-[a-z0-9]{6}$/),
      name: 'a/b-c',
      path: 'Stack/Literal',
      value: 'words',
    });
    expect(generated?.value).toMatch(/^[A-Za-z0-9]{12}$/);
  });

  test('keep name and ARN from one start to the next, and a generated value that was kept', () => {
    const [first, second] = [modelOf(build).secrets, modelOf(build).secrets];
    const identities = [first, second].map((secrets) => secrets.map(({ arn, name }) => [arn, name]));
    expect(identities[0]).toEqual(identities[1]);
    expect(first[1]?.value).not.toBe(second[1]?.value);

    const name = first[1]?.name ?? '';
    expect(modelOf(build, { secretValues: { [name]: 'kept' } }).secrets[1]?.value).toBe('kept');
  });

  test('are generated as Secrets Manager would', () => {
    fc.assert(
      fc.property(
        fc.record({
          PasswordLength: fc.integer({ min: 4, max: 200 }),
          ExcludeCharacters: fc.constantFrom('', '"@/\\', 'abc123'),
          ExcludeUppercase: fc.boolean(),
          ExcludePunctuation: fc.boolean(),
          ExcludeNumbers: fc.boolean(),
          IncludeSpace: fc.boolean(),
        }),
        (recipe) => {
          const password = generateSecretString(recipe);
          expect(password).toHaveLength(recipe.PasswordLength);
          for (const character of recipe.ExcludeCharacters) {
            expect(password).not.toContain(character);
          }
          expect(/[A-Z]/.test(password)).toBe(!recipe.ExcludeUppercase);
          expect(/[0-9]/.test(password)).toBe(!recipe.ExcludeNumbers);
          expect(/[^\w\s]|_/.test(password)).toBe(!recipe.ExcludePunctuation);
          expect(password).toMatch(/[a-z]/);
        },
      ),
      { numRuns: 50 },
    );
  });
});
