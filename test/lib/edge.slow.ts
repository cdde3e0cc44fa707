import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ProtectOptions, QuotaStore } from '../../lib';
import { paidApp } from './app';

const WEB_ACL = 'arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/edge/0f9c1d2e-1111-2222-3333-444455556666';

function synthesize(options: ProtectOptions, apiProps: Parameters<typeof paidApp>[1] = {}): Template {
  const { stack, api, paywall } = paidApp({}, apiProps);
  paywall.protect(api, options);
  return Template.fromStack(stack);
}

function webhookUrl(template: Template): unknown {
  const outputs = Object.entries<{ Value: unknown }>(template.toJSON().Outputs);
  return outputs.find(([id]) => id.includes('WebhookUrl'))?.[1].Value;
}

describe('a web ACL', () => {
  test('is put in front of the stage', () => {
    synthesize({ webAclArn: WEB_ACL }).hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
      WebACLArn: WEB_ACL,
      ResourceArn: Match.objectLike({ 'Fn::Join': ['', Match.arrayWith([':apigateway:', '::/restapis/'])] }),
    });
  });

  test('is none where none is wanted', () => {
    synthesize({}).resourceCountIs('AWS::WAFv2::WebACLAssociation', 0);
  });

  test('of CloudFront is refused', () => {
    const webAclArn = WEB_ACL.replace('regional', 'global');
    expect(() => synthesize({ webAclArn })).toThrow(`\`webAclArn\` must be the ARN of a web ACL`);
    expect(() => synthesize({ webAclArn })).toThrow(webAclArn);
  });
});

describe('events of Stripe go', () => {
  const domain = (basePath?: string) => {
    const stack = new Stack();
    const certificate = Certificate.fromCertificateArn(
      stack,
      'Certificate',
      'arn:aws:acm:eu-central-1:1:certificate/x',
    );
    return { domainName: { domainName: 'api.example.com', certificate, basePath } };
  };

  test.each([
    [undefined, 'https://', '/billing/stripe/webhook'],
    ['v1', 'https://', '/v1/billing/stripe/webhook'],
  ])('to the custom domain that the API was made with, base path %s', (basePath, ...parts) => {
    const url = webhookUrl(synthesize({}, domain(basePath)));
    const [first, last] = parts;
    expect(url).toEqual({ 'Fn::Join': ['', [first, { Ref: expect.stringMatching(/CustomDomain/) }, last]] });
  });

  test('to the URL that is named', () => {
    const template = synthesize({ publicUrl: 'https://paid.example.com/v2/' });
    expect(webhookUrl(template)).toBe('https://paid.example.com/v2/billing/stripe/webhook');
    const [catalogue] = Object.values(template.findResources('Custom::StripeCatalogue'));
    expect(JSON.stringify(catalogue)).toContain('https://paid.example.com/v2/billing/stripe/webhook');
  });

  test.each(['http://api.example.com', 'api.example.com', 'https://api.example.com?a=b'])(
    'but not to %s',
    (publicUrl) => {
      expect(() => synthesize({ publicUrl })).toThrow(`\`publicUrl\` must be an https URL`);
      expect(() => synthesize({ publicUrl })).toThrow(JSON.stringify(publicUrl));
    },
  );

  test('nowhere where the API has no URL that is known', () => {
    expect(() => synthesize({}, { disableExecuteApiEndpoint: true })).toThrow(
      /`publicUrl` must name the URL .* Stack\/Api/,
    );
  });
});

describe('a key of yours', () => {
  function withKey(env?: { region: string }): Template {
    const stack = new Stack(new App(), 'Keys', { env });
    const store = new QuotaStore(stack, 'Store', { encryptionKey: new Key(stack, 'Key') });
    for (const grant of ['spend', 'credit', 'operate', 'readChanges'] as const) {
      store.grants[grant](new Role(stack, grant, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    }
    return Template.fromStack(stack);
  }

  test('encrypts the table, and whoever uses the table may use it', () => {
    const template = withKey({ region: 'eu-central-1' });
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).map((policy) => JSON.stringify(policy));
    expect(policies).toHaveLength(4);
    expect(policies.filter((policy) => policy.includes('"kms:Decrypt"'))).toEqual(policies);
  });

  test('needs a Region', () => {
    expect(() => withKey()).toThrow('`encryptionKey` needs a stack with a Region: pass `env: { region: … }` to Keys');
  });

  test('is nobody’s to use where there is none', () => {
    expect(JSON.stringify(synthesize({}).toJSON())).not.toContain('kms:');
  });
});
