import { resourceOf } from '../protected-api';
import { type ApiFacts, costText, type RouteTerms, termsOf } from './api-facts';
import { BILLING_OPERATIONS, type BillingOperation } from './billing-operations';
import { components, REFUSALS, securityOf } from './components';
import { definedMembers, withDefined } from './defined';
import { declaredStatuses, inputOf, type Json, type Operation, operationsOf } from './operations';
import { paymentInfo } from './payment-info';

/** The OpenAPI document (3.1) of a protected API. */
export function openApiDocument(facts: ApiFacts): Json {
  const { api, options } = facts;
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operationsOf(facts.methods())) {
    const described = describe(operation, facts);
    if (described !== undefined) {
      paths[operation.path] = { ...paths[operation.path], [operation.httpMethod.toLowerCase()]: described };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: titleOf(facts),
      version: options.version ?? '1',
      description: options.description ?? (resourceOf(api.api)?.description || undefined),
    },
    // Where the document is: a stage, or the base path of a domain, stands in front of it, and neither is known here.
    servers: [{ url: '.' }],
    'x-service-info': { docs: { llms: '/llms.txt' } },
    paths,
    components: withDefined(components(facts), facts.api.definition?.document),
  };
}

/** What the API is called. */
export function titleOf({ api, options }: ApiFacts): string {
  return options.title ?? (resourceOf(api.api)?.name || api.api.restApiName || api.api.node.id);
}

/** A billing route that customers use; nothing for Stripe's webhook, and for what backends report to. */
export function billingOperation(
  facts: ApiFacts,
  { httpMethod, resourcePath }: Operation,
): BillingOperation | undefined {
  const prefix = `/${facts.entry.billingPath}`;
  const path = resourcePath.startsWith(`${prefix}/`) ? resourcePath.slice(prefix.length) : '';
  return BILLING_OPERATIONS[`${httpMethod} ${path}`];
}

function describe(operation: Operation, facts: ApiFacts): Json | undefined {
  switch (operation.access) {
    case 'protected':
      return protectedOperation(operation, facts);
    case 'open':
      return {
        operationId: operation.operationId,
        ...inputOf(operation),
        responses: ownResponses(operation, SERVED),
        ...definedMembers(operation, components(facts)),
        security: [],
      };
    default: {
      const billing = billingOperation(facts, operation);
      return billing && customersOperation(billing, operation, facts);
    }
  }
}

function protectedOperation(operation: Operation, facts: ApiFacts): Json {
  const terms = termsOf(facts, operation.httpMethod, operation.resourcePath);
  const { description: told, responses, ...defined } = definedMembers(operation, components(facts));
  return {
    operationId: operation.operationId,
    ...inputOf(operation),
    ...defined,
    description: told === undefined ? description(terms) : `${told}\n\n${description(terms)}`,
    responses: { ...((responses as Json) ?? ownResponses(operation, served(operation))), ...refusals() },
    security: securityOf(facts),
    'x-payment-info': paymentInfo(facts, terms),
  };
}

function description(terms: RouteTerms): string {
  const plans = terms.plans === undefined ? '' : ` Included in: ${terms.plans.join(', ')}.`;
  return `Costs ${costText(terms)}.${plans}`;
}

/** The statuses that the method declares, or else the one that is most likely. */
function ownResponses({ method }: Operation, served: Json): Json {
  const declared = declaredStatuses(method);
  const statuses = declared.length > 0 ? declared : ['200'];
  return Object.fromEntries(
    statuses.map((status) => [status, /^[23]/.test(status) ? served : { description: 'Answered by the API itself.' }]),
  );
}

const SERVED = { description: 'Served.' };

/** A proxied backend's own answer is passed on as it is. */
function served({ method }: Operation): Json {
  const { integration } = method;
  const isPassedOn = integration !== undefined && 'type' in integration && integration.type === 'HTTP_PROXY';
  return isPassedOn ? SERVED : { $ref: '#/components/responses/Served' };
}

function refusals(): Json {
  const refs = Object.entries(REFUSALS).map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]);
  return Object.fromEntries(refs);
}

function customersOperation(billing: BillingOperation, operation: Operation, facts: ApiFacts): Json {
  const { parameters = [] } = inputOf(operation);
  const all = [...(parameters as readonly Json[]), ...(billing.parameters ?? [])];
  const content = (schema: Json | undefined) => schema && { 'application/json': { schema } };
  const anonymous = billing.key === 'required' ? [] : [{}];
  return {
    operationId: `billing.${billing.id}`,
    summary: billing.summary,
    tags: ['billing'],
    ...(all.length > 0 && { parameters: all }),
    ...(billing.body && { requestBody: { required: billing.bodyIsRequired === true, content: content(billing.body) } }),
    responses: {
      [billing.status]: { description: 'Done.', content: content(billing.answer) },
      ...Object.fromEntries(billing.refusals.map((status) => [status, REFUSED])),
    },
    security: billing.key === undefined ? [] : [...securityOf(facts), ...anonymous],
  };
}

const REFUSED = {
  description: 'Refused; the problem says why, and what to do.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
