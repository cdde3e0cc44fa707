import { describeKeptRequests } from './describe-kept-requests';
import { itemsViaSdk, viaLeanClient } from './updates';

describeKeptRequests('the embedded store, through the lean client', viaLeanClient);
describeKeptRequests('the embedded store, through the SDK', itemsViaSdk);
