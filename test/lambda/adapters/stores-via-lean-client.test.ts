import { describeStores } from './describe-stores';
import { viaLeanClient } from './updates';

describeStores('the embedded store, through the lean client', viaLeanClient);
