import { render } from 'velocityjs';
import { templateUtil } from '../../local/gateway/template-util';
import { resolve, type Scope } from '../../local/template/intrinsics';

/** What API Gateway makes of a mapping template that asks for nothing of the call. */
export function rendered(template: string): string {
  return render(template, { util: templateUtil });
}

/** A value of a template as a deployment leaves it, where every reference has the value that is given. */
export function deployed(value: unknown, reference: string): unknown {
  const scope: Scope = {
    region: 'us-east-1',
    ref: () => reference,
    attribute: () => reference,
    condition: () => true,
    mapped: () => undefined,
    exported: () => reference,
    stackOutput: () => reference,
  };
  return resolve(value, scope);
}
