import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { compileFilterPattern, FilterPatternError } from '../../../local/logs/filter-pattern';

const EVENT = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.15',
  'cluster.name': 'c1',
  'detail-type': 'quoted "word"',
  latency: 50,
  ratio: 12.5,
  round: 12,
  status: '500',
  reason: '-',
  empty: '',
  flag: true,
  off: false,
  nothing: null,
  user: { id: 1, email: 'Jane.Doe@example.com' },
  users: [
    { id: 2, name: 'a' },
    { id: 3, name: 'b' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  matrix: [
    [0, 1],
    [4, 5],
  ],
};

function matches(pattern: string, message: unknown = EVENT): boolean {
  return compileFilterPattern(pattern)(typeof message === 'string' ? message : JSON.stringify(message));
}

describe('events in JSON', () => {
  test.each([
    // Text, with or without quotes; an asterisk at an end of it is anything, and within it is itself.
    ['{ $.eventType = "UpdateTrail" }', true],
    ['{$.eventType=UpdateTrail}', true],
    ['{ $.eventType = "updatetrail" }', false],
    ['{ $.eventType != "DeleteTrail" }', true],
    ['{ $.eventType != "UpdateTrail" }', false],
    ['{ $.eventType = "Update*" }', true],
    ['{ $.eventType = *Trail }', true],
    ['{ $.eventType = "*date*" }', true],
    ['{ $.eventType = "Up*Trail" }', false],
    ['{ $.eventType = * }', true],
    ['{ $.empty = "*" }', true],
    ['{ $.sourceIPAddress != 123.123.* }', true],
    ['{ $.sourceIPAddress = 111.111.* }', true],
    ['{ $.detail-type = "quoted \\"word\\"" }', true],
    ["{ $.['cluster.name'] = c1 }", true],
    ['{ $.reason != "-" }', false],
    // Numbers, in all the ways that one writes them.
    ['{ $.latency > 49 }', true],
    ['{ $.latency > 50 }', false],
    ['{ $.latency >= 50 }', true],
    ['{ $.latency < 50.5 }', true],
    ['{ $.latency <= +50 }', true],
    ['{ $.latency < -1 }', false],
    ['{ $.latency = 5e1 }', true],
    ['{ $.latency > 1e-3 }', true],
    ['{ $.round = 12.0 }', true],
    ['{ $.round = "12.0" }', false],
    ['{ $.round = "12" }', true],
    ['{ $.ratio != 12 }', true],
    ['{ $.latency = 5* }', true],
    // A number in quotes is text: it has an equal, and no order.
    ['{ $.status = 500 }', true],
    ['{ $.status = "5*" }', true],
    ['{ $.status >= 500 }', false],
    ['{ $.status < 600 }', false],
    ['{ $.eventType > 1 }', false],
    // Fields within fields and lists.
    ['{ $.user.id = 1 }', true],
    ['{ $.user.email = "Jane.Doe@example.com" }', true],
    ['{ $.users[1].name = "b" }', true],
    ['{ $.users[2].name = "b" }', false],
    ['{ $.actions[0] = "GET" }', true],
    ['{ $.matrix[1][0] = 4 }', true],
    ['{ $.eventType[0] = "U" }', false],
    ['{ $.actions[*] = "PUT" }', true],
    ['{ $.actions[*] = "HEAD" }', false],
    ['{ $.users[*].id > 2 }', true],
    ['{ $.* = %^111\\.111% }', true],
    // Only text and numbers compare: what is absent, null or an object is neither equal nor unequal.
    ['{ $.absent = "x" }', false],
    ['{ $.absent != "x" }', false],
    ['{ $.user = 1 }', false],
    ['{ $.user != 1 }', false],
    ['{ $.actions != "x" }', false],
    ['{ $.nothing != "x" }', false],
    ['{ $.nothing = * }', false],
    // What can be said of other fields.
    ['{ $.nothing IS NULL }', true],
    ['{ $.absent IS NULL }', false],
    ['{ $.eventType IS NULL }', false],
    ['{ $.absent NOT EXISTS }', true],
    ['{ $.user.absent NOT EXISTS }', true],
    ['{ $.nothing NOT EXISTS }', false],
    ['{ $.flag IS TRUE }', true],
    ['{ $.flag IS FALSE }', false],
    ['{ $.off IS FALSE }', true],
    ['{ $.eventType IS TRUE }', false],
    // Regular expressions match anywhere but where they are anchored.
    ['{ $.eventType = %Trail% }', true],
    ['{ $.eventType = %^Trail% }', false],
    ['{ $.eventType != %Delete% }', true],
    ['{ $.latency = %^5\\d$% }', true],
    ['{ $.sourceIPAddress = %111\\.111\\.111\\.1[0-9]{1,2}% }', true],
    // Conditions on conditions: && binds more than ||.
    ['{ $.user.id = 1 && $.users[0].id = 2 }', true],
    ['{ $.user.id = 1 && $.users[0].id = 9 }', false],
    ['{ ($.user.id = 2 && $.users[0].id = 9) || $.actions[2] = "GET" }', false],
    ['{ $.user.id = 1 || $.matrix[0][1] = nonmatch && $.actions[2] = nonmatch }', true],
    ['{ ($.user.id = 1 || $.matrix[0][1] = nonmatch) && $.actions[2] = nonmatch }', false],
    ['{ $.eventType = "UpdateTrail" && ($.latency >= 500 || $.reason != "-" || $.flag IS TRUE) }', true],
  ])('%s is %s', (pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });

  test.each(['no JSON', '', '"text"', '[1]', 'null', '{"a":'])('what is no object never matches: %s', (message) => {
    expect(matches('{ $.a NOT EXISTS }', message)).toBe(false);
  });

  test('what the CDK writes is understood', () => {
    const { logPatternString } = FilterPattern.all(
      FilterPattern.stringValue('$.eventType', '=', 'Update*'),
      FilterPattern.any(
        FilterPattern.numberValue('$.latency', '>', 1000),
        FilterPattern.booleanValue('$.flag', true),
        FilterPattern.isNull('$.eventType'),
      ),
      FilterPattern.exists('$.user.id'),
      FilterPattern.notExists('$.absent'),
      FilterPattern.regexValue('$.sourceIPAddress', '=', '^111'),
    );

    expect(matches(logPatternString)).toBe(true);
    expect(matches(logPatternString, { ...EVENT, flag: false })).toBe(false);
  });
});

describe('terms', () => {
  test.each([
    ['', 'anything', true],
    ['  ', '', true],
    ['ERROR', '[ERROR 400] BAD REQUEST', true],
    ['ERROR', '[error 400] bad request', false],
    ['ERROR REQUEST', '[ERROR 400] BAD REQUEST', true],
    ['ERROR REQUEST', '[ERROR 401] UNAUTHORIZED', false],
    ['"BAD REQUEST"', '[ERROR 400] BAD REQUEST', true],
    ['"BAD REQUEST"', '[ERROR 400] REQUEST BAD', false],
    ['"say \\"hi\\""', 'they say "hi"', true],
    ['ERROR -REQUEST', '[ERROR 400] BAD REQUEST', false],
    ['ERROR -"BAD REQUEST"', '[ERROR 401] UNAUTHORIZED', true],
    ['?ERROR ?WARN', 'a WARN b', true],
    ['?"ERROR" ?"WARN"', 'an INFO', false],
    ['?ERROR INFO', 'an INFO', true],
    ['%UN?AUTHORIZED%', '[ERROR 401] UNAUTHORIZED', true],
    ['%^ERROR%', '[ERROR 401] UNAUTHORIZED', false],
  ])('%s in %s is %s', (pattern, message, expected) => {
    expect(matches(pattern, message)).toBe(expected);
  });
});

describe('patterns that AWS refuses, too, are quoted', () => {
  test.each([
    ['{', 'its end'],
    ['{}', '}'],
    ['{ $.a = "x"', 'its end'],
    ['{ $.a = "x" } and more', 'and more'],
    ['{ $.a == "x" }', '= "x" }'],
    ['{ a = "x" }', 'a = "x" }'],
    ['{ $.a = }', '}'],
    ['{ $.a = "unbalanced }', '"unbalanced }'],
    ['{ ($.a = 1 }', '}'],
    ['{ $.a = 1 && }', '}'],
    ['{ $.a = 1 & $.b = 2 }', '& $.b = 2 }'],
    ['{ $.a > "5" }', '"5" }'],
    ['{ $.a > x }', 'x }'],
    ['{ $.a IS NOT NULL }', 'IS NOT NULL }'],
    ['{ $.a EXISTS }', 'EXISTS }'],
    ['ERROR foo.bar', 'foo.bar'],
    ['"unbalanced', '"unbalanced'],
  ])('%s', (pattern, rest) => {
    expect(() => compileFilterPattern(pattern)).toThrow(`the filter pattern ${pattern} is malformed at ${rest}`);
  });

  test.each([
    ['{ $.a = %(x|y)% }', 'has characters between % and % that are not supported: (x|y)'],
    ['%something!%', 'has characters between % and % that are not supported: something!'],
    ['%[unclosed%', 'holds no regular expression: [unclosed'],
    ['{ $.a = %x% || $.a = %y% || $.a = %z% }', 'has more than 2 regular expressions'],
    ['{ $.a[*].* = 1 }', 'has more than one wildcard in $.a[*].*'],
    ['[ip, user, status]', 'is for space-delimited events, which are not served'],
  ])('%s', (pattern, why) => {
    expect(() => compileFilterPattern(pattern)).toThrow(new FilterPatternError(pattern, why));
  });
});
