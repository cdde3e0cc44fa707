import { describeKeptRequests } from './describe-kept-requests';
import { viaLeanClient, viaSdk } from './updates';

describeKeptRequests('the embedded store, through the lean client', viaLeanClient);
describeKeptRequests('the embedded store, through the SDK', viaSdk);
