import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type DevServer, startDevServer } from '../../../local/dev-server';
import { until } from '../queues/support';
import { removeTemporaryFolders, synthesize } from '../template/synthesized';

let server: DevServer | undefined;

afterEach(async () => {
  await server?.close();
  removeTemporaryFolders();
});

test('a rule of an app invokes its function when its time has come', async () => {
  // GIVEN
  const assemblyDir = synthesize((app) => {
    const stack = new Stack(app, 'Stack');
    const fn = new LambdaFunction(stack, 'Fn', {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async ({ job }) => console.log("did " + job);'),
    });
    const event = RuleTargetInput.fromObject({ job: 'the tidying' });
    const targets = [new LambdaTarget(fn, { event })];
    new Rule(stack, 'Rule', { schedule: Schedule.rate(Duration.minutes(1)), targets });
  });
  const lines: string[] = [];
  server = await startDevServer({ assemblyDir, port: 0, log: (line) => lines.push(line) });

  // WHEN
  await fetch(`${server.stripe?.url}/local/clock?advance=60`, { method: 'POST' });
  await until(() => lines.length > 0);

  // THEN
  expect(lines).toEqual([expect.stringMatching(/^Stack-Fn\w+: did the tidying$/)]);
  expect(server.app.unserved).toEqual([]);
});
