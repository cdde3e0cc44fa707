import type { AppTemplates } from './app-templates';
import { attributeOf, nameOf } from './attributes';
import type { StreamModel, TableModel } from './model';
import type { Resource } from './stack';
import { flag, list, object, text } from './values';

export function readTables(app: AppTemplates): TableModel[] {
  const tables = new Map<string, TableModel>();
  for (const resource of app.resourcesOf('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')) {
    resource.attempt(() => {
      const table = readTable(resource);
      if (tables.has(table.name)) {
        return resource.unserved(`it shares its items with another table ${table.name}`);
      }
      tables.set(table.name, table);
    });
  }
  return [...tables.values()];
}

/** Keys, indexes and the stream: capacity, encryption and replicas change no answer of a local engine. */
function readTable(resource: Resource): TableModel {
  const name = nameOf(resource);
  const globalIndexes = readIndexes(resource.property('GlobalSecondaryIndexes'));
  const localIndexes = readIndexes(resource.property('LocalSecondaryIndexes'));
  const timeToLive = object(resource.property('TimeToLiveSpecification'));
  return {
    name,
    path: resource.path,
    definition: {
      TableName: name,
      KeySchema: resource.property('KeySchema'),
      AttributeDefinitions: resource.property('AttributeDefinitions'),
      ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes }),
      ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes }),
      BillingMode: 'PAY_PER_REQUEST',
    },
    ttlAttribute: flag(timeToLive.Enabled) ? text(timeToLive.AttributeName) : undefined,
    stream: readStream(resource, name),
  };
}

function readStream(resource: Resource, table: string): StreamModel | undefined {
  const viewType = text(object(resource.property('StreamSpecification')).StreamViewType);
  return viewType === undefined
    ? undefined
    : { arn: attributeOf(resource, 'StreamArn'), table, viewType: viewType as StreamModel['viewType'] };
}

function readIndexes(indexes: unknown): unknown[] {
  return list(indexes)
    .map(object)
    .map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }));
}
