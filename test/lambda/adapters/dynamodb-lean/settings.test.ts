import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  credentialsFromEnvironment,
  endpointFromEnvironment,
  regionFromEnvironment,
} from '../../../../lambda/adapters/dynamodb-lean/settings';

const before = { ...process.env };

beforeEach(() => {
  for (const name of Object.keys(process.env).filter((variable) => variable.startsWith('AWS_'))) {
    delete process.env[name];
  }
});

afterAll(() => {
  process.env = before;
});

test.each([
  'us-east-1',
  'us-gov-west-1',
  'cn-north-1',
  'eusc-de-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
])('in %s, DynamoDB is where the SDK finds it', async (region) => {
  const { endpointProvider } = new DynamoDBClient({ region }).config;
  expect(endpointFromEnvironment(region).href).toBe(endpointProvider({ Region: region }).url.href);
});

test('an endpoint that the environment names goes first, the service’s own before the common one', () => {
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
  expect(endpointFromEnvironment('us-east-1').href).toBe('http://127.0.0.1:1/');
  process.env.AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:2';
  expect(endpointFromEnvironment('us-east-1').href).toBe('http://127.0.0.1:2/');
});

test('the Region and the credentials are Lambda’s', () => {
  Object.assign(process.env, { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' });
  expect(regionFromEnvironment()).toBe('eu-central-1');
  expect(credentialsFromEnvironment()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
  process.env.AWS_SESSION_TOKEN = 'token';
  expect(credentialsFromEnvironment().sessionToken).toBe('token');
});

test('what is missing is named', () => {
  expect(() => regionFromEnvironment()).toThrow('AWS_REGION');
  expect(() => credentialsFromEnvironment()).toThrow('AWS_ACCESS_KEY_ID');
});
