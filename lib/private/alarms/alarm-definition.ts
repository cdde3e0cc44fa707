import { type AlarmProps, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

/** An alarm as it is written down here; what is left out is as in `AT_LEAST`. */
export type AlarmDefinition = Pick<AlarmProps, 'alarmDescription' | 'metric' | 'evaluationPeriods'> &
  Partial<AlarmProps>;

/** What is counted is counted only when it happens: so that nothing was told means that nothing was wrong. */
export const AT_LEAST = {
  threshold: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
