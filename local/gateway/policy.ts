export type PolicyDecision = 'allow' | 'implicitDeny' | 'explicitDeny';

export interface Policy {
  readonly statements: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const INVOKE = 'execute-api:Invoke';

/** A Deny that matches wins over every Allow; where nothing matches, the answer is deny. */
export function evaluatePolicy(policy: Policy, methodArn: string): PolicyDecision {
  const matching = policy.statements.filter((statement) => applies(statement, methodArn));
  if (matching.some((statement) => statement.effect === 'Deny')) {
    return 'explicitDeny';
  }
  return matching.length > 0 ? 'allow' : 'implicitDeny';
}

/** IAM compares actions without regard to case, and resources with it. */
function applies(statement: PolicyStatement, methodArn: string): boolean {
  return (
    statement.actions.some((action) => matchesWildcard(action.toLowerCase(), INVOKE.toLowerCase())) &&
    statement.resources.some((resource) => matchesWildcard(resource, methodArn))
  );
}

/** `*` stands for any text, slashes and colons included, `?` for one character. Backtracks to the last `*` only: no blow-up. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let position = 0; position < text.length; ) {
    if (pattern[at] === '*') {
      star = at;
      resume = position;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      resume += 1;
      position = resume;
      at = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/** The statements of a policy document; nothing where it is no policy that can be evaluated here. */
export function parsePolicy(document: unknown): Policy | undefined {
  if (!isRecord(document) || document.Statement === undefined) {
    return undefined;
  }
  const statements = [document.Statement].flat().map(parseStatement);
  return statements.every((statement) => statement !== undefined) ? { statements } : undefined;
}

/** Conditions and `NotAction`, `NotResource` and the like narrow a statement in ways that are not evaluated here. */
function parseStatement(statement: unknown): PolicyStatement | undefined {
  if (!isRecord(statement) || Object.keys(statement).some((key) => !STATEMENT_KEYS.has(key))) {
    return undefined;
  }
  const { Effect: effect, Action: action, Resource: resource } = statement;
  const actions = strings(action);
  const resources = strings(resource);
  if ((effect !== 'Allow' && effect !== 'Deny') || actions === undefined || resources === undefined) {
    return undefined;
  }
  return { effect, actions, resources };
}

const STATEMENT_KEYS = new Set(['Sid', 'Effect', 'Action', 'Resource']);

function strings(value: unknown): string[] | undefined {
  const values = [value].flat();
  return values.every((element) => typeof element === 'string') ? values : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
