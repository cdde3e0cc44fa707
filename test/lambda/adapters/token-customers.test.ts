import { describeTokenCustomers } from './describe-token-customers';
import { viaLeanClient } from './updates';

describeTokenCustomers('the embedded store', viaLeanClient);
