import { Template } from 'aws-cdk-lib/assertions';
import type { PageOptions, PaywallProps } from '../../lib';
import { requireAccent } from '../../lib/private/accent';
import { paidApp } from './app';

function templateOf(props: Partial<PaywallProps>): Template {
  const { stack, api, paywall } = paidApp(props);
  paywall.protect(api);
  return Template.fromStack(stack);
}

/** What the billing handler is told of the page; the API's id is CloudFormation's to put in. */
function pageOf(template: Template): unknown {
  const functions = template.findResources('AWS::Lambda::Function');
  const [, billing] = Object.entries(functions).find(([id]) => id.startsWith('PaywallBillingHandler')) ?? [];
  const page = billing?.Properties.Environment.Variables.PAYWALL_PAGE;
  return (
    page && JSON.parse(page['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'id')).join(''))
  );
}

test('the page is there by itself, under the API’s name, with what can be tried', () => {
  const apis = [{ apiId: 'id', name: 'Api', tryable: ['/items/{id}', '/health'] }];
  expect(pageOf(templateOf({}))).toEqual({ links: [], apis });
});

test('it has the brand that it is given', () => {
  const links = [{ text: 'Docs', url: 'https://example.com/docs' }];
  const page = { name: 'Items', logoUrl: '/prod/logo.svg', accentColor: '#0A7A5C', links };
  expect(pageOf(templateOf({ page }))).toMatchObject({
    name: 'Items',
    logoUrl: '/prod/logo.svg',
    accent: { light: '#0a7a5c', dark: expect.stringMatching(/^#[0-9a-f]{6}$/) },
    links,
  });
});

test('where it is off, there is no route of it, and the handler may be called for those below alone', () => {
  const template = templateOf({ page: { enabled: false } });
  expect(pageOf(template)).toBeUndefined();
  const permissions = JSON.stringify(template.findResources('AWS::Lambda::Permission'));
  expect(permissions).toContain('/*/*/billing/*');
  expect(permissions).not.toContain('/*/*/billing*');
});

test.each<[string, PageOptions]>([
  ['`page.name` must be 1 to 60 characters, got: " "', { name: ' ' }],
  ['`page.logoUrl` must be a path of the same host', { logoUrl: 'https://cdn.example.com/logo.svg' }],
  ['`page.logoUrl` must be a path of the same host', { logoUrl: '//cdn.example.com/logo.svg' }],
  ['`page.logoUrl` must be a path of the same host', { logoUrl: `data:image/png;base64,${'A'.repeat(2_000)}` }],
  ['`page.accentColor` must be a colour such as "#2f4fd8", got: "green"', { accentColor: 'green' }],
  ['got: "#8ea4ff" with 2.16 : 1', { accentColor: '#8ea4ff' }],
  ['`page.links` must be at most 6, got: 7', { links: Array(7).fill({ text: 'a', url: '/a' }) }],
  ['`page.links: url` must be an https URL', { links: [{ text: 'a', url: 'javascript:alert(1)' }] }],
  ['`page.links: text` must be 1 to 40 characters, got: ""', { links: [{ text: '', url: '/a' }] }],
])('%s', (message, page) => {
  expect(() => paidApp({ page })).toThrow(message);
});

test('a dark colour is made lighter for the dark theme, and one that can be read there stays', () => {
  expect(requireAccent('colour', '#000000')).toEqual({ light: '#000000', dark: '#8c8c8c' });
  expect(requireAccent('colour', '#2f4fd8').dark).not.toBe('#2f4fd8');
});
