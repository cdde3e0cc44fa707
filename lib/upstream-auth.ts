import { SecretValue } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { requireHeaderName } from './private/header-names';
import { requireText } from './private/validation';

/** Options of `UpstreamAuth.fromSecret`. */
export interface UpstreamSecretOptions {
  /**
   * The header that the upstream is sent its key in.
   *
   * @default 'authorization'
   */
  readonly header?: string;

  /**
   * What stands in front of the key: `'Bearer '`.
   *
   * @default - nothing
   */
  readonly prefix?: string;

  /**
   * The field of the secret's JSON object that holds the key.
   *
   * @default - the secret is the key
   */
  readonly jsonField?: string;

  /**
   * The id of the secret's version. A deployment reads the secret only where something has changed: after a rotation, name the new version
   * here and deploy.
   *
   * @default - whichever was current when the route was last changed and deployed
   */
  readonly versionId?: string;
}

/**
 * By what the operator of this API is known to the upstream of a route: a key that callers never see, and that is in no template.
 *
 * CloudFormation reads the secret at deployment and gives the key to API Gateway, in whose configuration it then is: whoever may read that
 * (`apigateway:GET`) can read the key.
 */
export class UpstreamAuth {
  /**
   * A key out of AWS Secrets Manager. It must have no single quote and no line break, which no parameter mapping can hold.
   *
   * @param secret of the account and Region that the API is in, or named by its whole ARN
   */
  public static fromSecret(secret: ISecret, options: UpstreamSecretOptions = {}): UpstreamAuth {
    const { header = 'authorization', prefix = '', jsonField, versionId } = options;
    requireHeaderName('UpstreamAuth.fromSecret: header', header);
    if (!/^[\x20-\x26\x28-\x7e]{0,64}$/.test(prefix)) {
      throw new Error(
        `\`UpstreamAuth.fromSecret: prefix\` must be up to 64 characters of ASCII, and no single quote, got: ${JSON.stringify(prefix)}`,
      );
    }
    for (const [prop, part] of Object.entries({ jsonField, versionId })) {
      if (part !== undefined) {
        requireReferencePart(`UpstreamAuth.fromSecret: ${prop}`, part);
      }
    }
    // It goes where CloudFormation puts in the secret, and nowhere else.
    const key = SecretValue.secretsManager(secret.secretArn, { jsonField, versionId }).unsafeUnwrap();
    return new UpstreamAuth(header, `'${prefix}${key}'`);
  }

  private constructor(
    /** @internal */
    public readonly _header: string,
    /**
     * The source of the parameter mapping: a literal that CloudFormation completes.
     *
     * @internal
     */
    public readonly _source: string,
  ) {}
}

/** What stands between the colons of a dynamic reference. */
function requireReferencePart(prop: string, part: string): void {
  requireText(prop, part, 256);
  if (/[:{}'\s]/.test(part)) {
    throw new Error(`\`${prop}\` must have no colon, brace, quote or space, got: ${JSON.stringify(part)}`);
  }
}
