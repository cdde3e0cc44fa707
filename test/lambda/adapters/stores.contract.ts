import { describeKeptRequests } from './describe-kept-requests';
import { describeKeys } from './describe-keys';
import { describePayments } from './describe-payments';
import { describeStores } from './describe-stores';
import { describeTokenCustomers } from './describe-token-customers';
import { viaLeanClient, viaSdk } from './updates';

const url = process.env.DYNAMODB_LOCAL_URL;

describeStores('DynamoDB Local, through the SDK', viaSdk, url);
describeStores('DynamoDB Local, through the lean client', viaLeanClient, url);
describePayments('DynamoDB Local', url);
describeKeys('DynamoDB Local', url);
describeTokenCustomers('DynamoDB Local', viaLeanClient, url);
describeKeptRequests('DynamoDB Local, through the SDK', viaSdk, url);
describeKeptRequests('DynamoDB Local, through the lean client', viaLeanClient, url);
