import { describeStores } from './describe-stores';
import { viaLeanClient, viaSdk } from './updates';

describeStores('DynamoDB Local, through the SDK', viaSdk, process.env.DYNAMODB_LOCAL_URL);
describeStores('DynamoDB Local, through the lean client', viaLeanClient, process.env.DYNAMODB_LOCAL_URL);
