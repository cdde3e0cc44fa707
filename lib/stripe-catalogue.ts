import { CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { allowKeyToWrite } from './private/encryption';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import { HANDLED_EVENTS } from './private/stripe-events';
import type { StripeWebhook } from './stripe-webhook';

/** Properties of `StripeCatalogue`. */
export interface StripeCatalogueProps {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where it is made. */
  readonly payments: Payments;

  /** What products and prices are marked with at Stripe. */
  readonly paywallId: string;

  /**
   * What takes the events, and keeps the signing secret.
   *
   * @default - there is no webhook endpoint; one that was made before is removed
   */
  readonly webhook?: StripeWebhook;
}

/**
 * Makes products, prices and the webhook endpoint at Stripe from what is sold, at deployment. A new amount is a new price under the
 * same lookup key; the old one is archived, and running subscriptions stay with it. What is `Price.fromStripe` is left alone, and so is
 * the endpoint where its signing secret is given. Where events come by EventBridge, there is no endpoint. When the stack is deleted, the endpoint goes, and the rest is archived.
 */
export class StripeCatalogue extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  private webhookUrl?: string;

  constructor(scope: Construct, id: string, props: StripeCatalogueProps) {
    super(scope, id);
    const { catalogue, payments, paywallId, webhook } = props;
    const handler = new HandlerFunction(this, 'Handler', {
      bundle: 'stripe-catalogue',
      description: 'Makes products, prices and the webhook endpoint at Stripe',
      timeout: Duration.minutes(5),
      environment: {
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        ...(webhook !== undefined && { [Environment.STRIPE_WEBHOOK_SECRET_ARN]: webhook.signingSecret.secretArn }),
      },
    });
    this.handler = handler;
    payments.secretKey.grantRead(handler);
    if (webhook !== undefined && payments.webhookSecret === undefined) {
      handler.addToRolePolicy(
        new PolicyStatement({
          actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
          resources: [webhook.signingSecret.secretArn],
        }),
      );
      allowKeyToWrite(webhook.signingSecret, handler);
    }
    new CustomResource(this, 'Resource', {
      resourceType: 'Custom::StripeCatalogue',
      serviceToken: handler.functionArn,
      properties: {
        Catalogue: Lazy.string({
          produce: () =>
            Stack.of(this).toJsonString({
              paywallId,
              items: catalogue._sold(),
              webhookUrl: payments.webhookSecret === undefined ? this.webhookUrl : undefined,
              events: HANDLED_EVENTS,
            }),
        }),
        // Another account at Stripe is another secret, and has none of it yet.
        SecretKeyArn: payments.secretKey.secretArn,
      },
    }).node.addDependency(handler);
  }

  /**
   * Tells where events go; the first of several APIs takes them.
   *
   * @internal
   */
  public _addWebhookUrl(url: string): void {
    this.webhookUrl ??= url;
  }
}
