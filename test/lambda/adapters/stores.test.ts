import { describeStores } from './describe-stores';
import { viaLeanClient, viaSdk } from './updates';

describeStores('the embedded store, through the SDK', viaSdk);
describeStores('the embedded store, through the lean client', viaLeanClient);
