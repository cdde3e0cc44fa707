import { CallerContext, JsonTemplate, TemplateValue } from '../../lib';

const ESCAPED = (reference: string) => `"$!util.escapeJavaScript(${reference}).replaceAll("\\\\'","'")"`;

test('a value of the caller is a text of JSON, escaped, and is looked for where it is to be', () => {
  expect(CallerContext.CUSTOMER.template).toBe(ESCAPED('$context.authorizer.customer'));
  expect(CallerContext.REMAINING.template).toBe(ESCAPED('$context.authorizer.remainingUnits'));
  expect(TemplateValue.header('X-Tenant').template).toBe(ESCAPED("$input.params().get('header').get('X-Tenant')"));
  expect(TemplateValue.queryParameter('q').template).toBe(ESCAPED("$input.params().get('querystring').get('q')"));
  expect(TemplateValue.context('identity.sourceIp').template).toBe(ESCAPED('$context.identity.sourceIp'));
  expect(TemplateValue.stageVariable('color').template).toBe(ESCAPED('$stageVariables.color'));
});

test('as the source of a mapping it has no dollar', () => {
  expect(CallerContext.PLAN.parameter).toBe('context.authorizer.plan');
  expect(CallerContext.COST.parameter).toBe('context.authorizer.cost');
});

test('a template is one object, whose own words are no Velocity', () => {
  const templates = JsonTemplate.request({
    'a#b': TemplateValue.literal('$context.requestId "#end"'),
    body: TemplateValue.body('$.order.items[0]'),
    more: TemplateValue.members({ list: TemplateValue.items([TemplateValue.literal(1), TemplateValue.literal(null)]) }),
  });
  expect(templates).toEqual({
    'application/json':
      '{"a\\u0023b":"\\u0024context.requestId \\"\\u0023end\\"",' +
      '"body":$input.json(\'$.order.items[0]\'),"more":{"list":[1,null]}}',
  });
});

test.each([
  [() => TemplateValue.header("x')"), 'TemplateValue.header'],
  [() => TemplateValue.pathParameter(''), 'TemplateValue.pathParameter'],
  [() => TemplateValue.queryParameter('a b'), 'TemplateValue.queryParameter'],
  [() => TemplateValue.body("$.a') #set"), 'TemplateValue.body'],
  [() => TemplateValue.body('city'), 'TemplateValue.body'],
  [() => TemplateValue.context('$context.a'), 'TemplateValue.context'],
  [() => TemplateValue.stageVariable('a.b'), 'TemplateValue.stageVariable'],
])('what cannot be the name of a value is refused, %#', (make, name) => {
  expect(make).toThrow(`\`${name}\` must `);
});
