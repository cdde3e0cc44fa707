/** A schedule expression that EventBridge would refuse. */
export class ScheduleExpressionError extends Error {}
