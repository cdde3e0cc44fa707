import { describeStores } from './describe-stores';

describeStores('DynamoDB Local', process.env.DYNAMODB_LOCAL_URL);
