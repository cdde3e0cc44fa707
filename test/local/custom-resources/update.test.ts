import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTemporaryFolders, temporaryFolder } from '../template/synthesized';
import { customResource, PROVIDER, respond, TestDeployment } from './support';

afterAll(removeTemporaryFolders);

const OLD = customResource('Thing', { properties: { ServiceToken: PROVIDER, Size: '1' } });
const NEW = customResource('Thing', { properties: { ServiceToken: PROVIDER, Size: '2' } });

/** A deployment that has brought custom resources to a folder already. */
async function deployed(...models: Parameters<TestDeployment['deploy']>) {
  const dataDir = temporaryFolder();
  const deployment = new TestDeployment(dataDir);
  await deployment.deploy(...models);
  deployment.events.splice(0);
  return { deployment, dataDir };
}

test('what is as it was is not asked for again', async () => {
  const { deployment, dataDir } = await deployed(OLD);

  await new TestDeployment(dataDir).deploy(OLD);
  await deployment.deploy(OLD);

  expect([deployment.taken(), deployment.reported]).toEqual([[], []]);
});

test('without a folder, each start creates', async () => {
  const deployment = new TestDeployment();

  await deployment.deploy(OLD);
  await deployment.deploy(NEW);
  await deployment.deploy();

  expect(deployment.taken()).toEqual(['Create Thing', 'Create Thing']);
});

test('other properties are an update, with the physical id and the properties of before', async () => {
  // GIVEN
  const { deployment } = await deployed(OLD);

  // WHEN
  await deployment.deploy(NEW);

  // THEN
  expect(deployment.events).toMatchObject([
    {
      RequestType: 'Update',
      PhysicalResourceId: 'Thing-id',
      ResourceProperties: { Size: '2' },
      OldResourceProperties: { Size: '1' },
    },
  ]);
  deployment.events.splice(0);
  await deployment.deploy(NEW);
  expect(deployment.taken()).toEqual([]);
});

test('a new physical id is a replacement: what was before is deleted after all updates', async () => {
  // GIVEN
  const other = customResource('Other', { dependsOn: ['Thing'] });
  const { deployment } = await deployed(OLD);
  deployment.provide = (event) =>
    respond(event, { Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId ? 'replacement' : 'other-id' });

  // WHEN
  await deployment.deploy(NEW, other);

  // THEN
  const [, , deletion] = deployment.events;
  expect(deployment.taken()).toEqual(['Update Thing', 'Create Other', 'Delete Thing']);
  expect(deletion).toMatchObject({ PhysicalResourceId: 'Thing-id', ResourceProperties: { Size: '1' } });
  expect(deletion).not.toHaveProperty('OldResourceProperties');
  await deployment.deploy(OLD, other);
  expect(deployment.events[0]).toMatchObject({ RequestType: 'Update', PhysicalResourceId: 'replacement' });
});

test('an update that fails is tried again by the next start, from what was before', async () => {
  const { deployment } = await deployed(OLD);
  const { provide } = deployment;
  deployment.provide = (event) => respond(event, { Status: 'FAILED', Reason: 'no' });

  await deployment.deploy(NEW);
  deployment.provide = provide;
  await deployment.deploy(NEW);

  expect(deployment.events.map(({ OldResourceProperties }) => OldResourceProperties?.Size)).toEqual(['1', '1']);
  expect(deployment.reported).toEqual(['the custom resource Stack/Thing (Custom::Thing) could not be updated: no']);
});

describe('what has gone from the template', () => {
  test('is deleted, the last first, and then forgotten', async () => {
    const { deployment } = await deployed(OLD, customResource('Other', { dependsOn: ['Thing'] }));

    await deployment.deploy();

    expect(deployment.events).toMatchObject([
      { RequestType: 'Delete', LogicalResourceId: 'Other', PhysicalResourceId: 'Other-id' },
      {
        RequestType: 'Delete',
        LogicalResourceId: 'Thing',
        PhysicalResourceId: 'Thing-id',
        ResourceProperties: { Size: '1' },
      },
    ]);
    deployment.events.splice(0);
    await deployment.deploy();
    expect(deployment.taken()).toEqual([]);
  });

  test('and is of another type now is deleted after the new one is there', async () => {
    const { deployment } = await deployed(OLD);

    await deployment.deploy({ ...OLD, type: 'Custom::Other' });

    expect(deployment.taken()).toEqual(['Create Thing', 'Delete Thing']);
  });

  test('with its provider is named, and left behind', async () => {
    const { deployment } = await deployed(OLD);
    deployment.functions = [];

    await deployment.deploy();
    await deployment.deploy();

    expect(deployment.taken()).toEqual([]);
    expect(deployment.reported).toEqual([
      'the custom resource Stack/Thing (Custom::Thing) could not be deleted (Thing-id): its provider has gone as well',
    ]);
  });

  test('is not what cannot be run just now', async () => {
    const { deployment } = await deployed(OLD);

    deployment.unserved = [{ path: OLD.path, type: OLD.type, reason: 'it does not run' }];
    await deployment.deploy();
    deployment.unserved = [];
    await deployment.deploy(NEW);

    expect(deployment.taken()).toEqual(['Update Thing']);
  });
});

test('what is kept is readable by its owner alone', async () => {
  const { dataDir } = await deployed(OLD);
  const file = join(dataDir, 'custom-resources.json');

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    format: 1,
    resources: [{ physicalResourceId: 'Thing-id' }],
  });
});

test('a file that is none of ours is named, and nothing is run', async () => {
  const { dataDir, deployment } = await deployed();

  for (const content of ['{', '{"format":2}']) {
    writeFileSync(join(dataDir, 'custom-resources.json'), content);
    await expect(deployment.deploy(OLD)).rejects.toThrow(
      /custom-resources\.json is not a state that this version can read/,
    );
  }
  expect(deployment.taken()).toEqual([]);
});
