import type { IResource } from 'aws-cdk-lib/aws-apigateway';
import type { DiscoveryOptions } from '../../discovery';
import type { ApiEntry, PlanEntry, SignUpEntry, TopUpEntry } from '../catalogue';
import { chargedUnits, routeKeys } from '../catalogue';
import type { IdentityEntry } from '../identity-entry';
import type { ProtectedApi } from '../protected-api';
import type { FoundMethod } from '../protection';

/** What the documents are made of: the props, and what is found in the API when it is complete. */
export interface ApiFacts {
  readonly api: ProtectedApi;
  readonly options: DiscoveryOptions;
  readonly entry: ApiEntry;
  readonly plans: readonly PlanEntry[];
  readonly topUps: readonly TopUpEntry[];
  readonly defaultPlan: string;
  /** Whether a refused call can pay for a top-up itself, by the Payment scheme. */
  readonly isPaidByCalls: boolean;
  readonly signUp: SignUpEntry['kind'];
  readonly identities: readonly IdentityEntry[];
  readonly billing: IResource;
  /** All methods of the API. */
  readonly methods: () => readonly FoundMethod[];
}

/** What a call of a route costs, and who may make it. */
export interface RouteTerms {
  readonly units: number;
  /** Whether `units` is an estimate, and the backend tells what the call took. */
  readonly isEstimate: boolean;
  /** Ids of the plans that include the route; absent where all do. */
  readonly plans?: readonly string[];
}

/** As the authorizer will find it. */
export function termsOf({ entry }: ApiFacts, httpMethod: string, resourcePath: string): RouteTerms {
  const keys = routeKeys(httpMethod, resourcePath);
  const named = <T>(entries: Readonly<Record<string, T>>) =>
    keys.map((key) => entries[key]).find((found) => found !== undefined);
  const cost = named(entry.costs);
  return { units: chargedUnits(cost), isEstimate: typeof cost === 'object', plans: named(entry.routePlans) };
}

/** `1 unit`, `1,000 units`. */
function unitsText(units: number): string {
  return `${units.toLocaleString('en-US')} ${units === 1 ? 'unit' : 'units'}`;
}

/** What a call costs: `5 units a call`. */
export function costText({ units, isEstimate }: RouteTerms): string {
  return isEstimate ? `what the call takes; ${unitsText(units)} are reserved for it` : `${unitsText(units)} a call`;
}
