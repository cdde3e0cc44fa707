import { describeKeys } from './describe-keys';

describeKeys('the embedded store');
