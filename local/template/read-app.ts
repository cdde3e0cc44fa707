import { AppTemplates, type GivenValues } from './app-templates';
import { readAssembly } from './assembly';
import { readCustomResources } from './custom-resources';
import { readAlarms, readDashboards } from './dashboards';
import { readEventBuses, readEventRules } from './event-rules';
import { readEventSources } from './event-sources';
import { FunctionCatalogue } from './functions';
import { readLogSubscriptions } from './log-subscriptions';
import type { AppModel } from './model';
import { readStacks } from './outputs';
import { readQueues } from './queues';
import { readRestApis } from './rest-apis';
import { readSchedules } from './schedules';
import { readSecrets } from './secrets';
import { readTables } from './tables';
import { nameUnserved } from './unserved';
import { UsagePlanCatalogue } from './usage-plans';

/** Reads a cloud assembly, as `cdk synth` leaves it in `cdk.out`, into what the local gateway serves. */
export function readApp(assemblyDir: string, given: GivenValues = {}): AppModel {
  const app = new AppTemplates(readAssembly(assemblyDir), given);
  const queues = readQueues(app);
  const functions = new FunctionCatalogue(app, queues);
  const usage = new UsagePlanCatalogue(app);
  const apis = readRestApis(app, functions, usage);
  const tables = readTables(app);
  const secrets = readSecrets(app);
  const logSubscriptions = readLogSubscriptions(app, functions, apis);
  const { eventSources, streamSources } = readEventSources(app, { queues, tables }, functions);
  const schedules = readSchedules(app, functions);
  const eventRules = readEventRules(app, functions, queues);
  const eventBuses = readEventBuses(app, eventRules);
  const customResources = readCustomResources(app, functions);
  const [dashboards, alarms] = [readDashboards(app), readAlarms(app)];
  nameUnserved(app);
  const { apiKeys, usagePlans } = usage;
  return {
    stacks: readStacks(app),
    apis,
    functions: functions.served,
    tables,
    secrets,
    queues,
    eventSources,
    streamSources,
    schedules,
    eventBuses,
    eventRules,
    customResources,
    dashboards,
    alarms,
    logSubscriptions,
    apiKeys,
    usagePlans,
    unserved: app.unserved,
  };
}
