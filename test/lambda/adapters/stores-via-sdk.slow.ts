import { describeStores } from './describe-stores';
import { viaSdk } from './updates';

describeStores('the embedded store, through the SDK', viaSdk);
