import { describePayments } from './describe-payments';

describePayments('the embedded store');
