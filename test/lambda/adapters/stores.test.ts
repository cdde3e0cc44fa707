import { describeStores } from './describe-stores';

describeStores('the embedded store');
