/** All that the customer's page says, in one place, so that it can be said in another language. Functions take what is put in, as text. */
export const TEXTS = {
  /** BCP 47; numbers, dates and amounts are written by it as well. */
  language: 'en',
  skip: 'Skip to the content',
  goOn: 'Go on',
  local: { heading: 'Local gateway:', text: 'no real money' },
  copy: 'Copy',
  copied: 'Copied',

  title: { account: 'Your account', public: 'Plans and access', refused: 'That did not work' },
  signOut: 'Sign out',
  leading: {
    checkout: 'Taking you to the checkout',
    portal: 'Taking you to your invoices',
    invoice: 'Taking you to the payment',
    home: 'Back to your account',
  },

  signIn: {
    heading: 'Sign in with your API key',
    label: 'API key',
    hint: 'The key is sent once, and stays out of the page. You are signed out after an hour.',
    button: 'Sign in',
    wrong: 'This key opens nothing: it is mistyped, expired or revoked.',
  },
  signUp: {
    heading: 'Get a key',
    text: 'You get an API key at once, on the plan that new customers start on.',
    button: 'Create a key',
  },
  closed: 'New accounts are opened by whoever runs this API: ask there for a key.',
  byToken:
    'This API knows its callers by the tokens of its own sign-in. Plans are bought with the token, by POST to the checkout.',

  notices: {
    rotated: (until: string) => `The key was replaced. The old one works until ${until}.`,
    made: 'The key was made.',
    revoked: 'The key was revoked. It opens nothing from now on.',
    revokedOwn: 'The key you were signed in with was revoked, so you are signed out.',
    signedOut: 'You are signed out.',
    sessionOver: 'You are not signed in any more. Sign in again; nothing was done.',
    staleForm: 'This form belongs to another session. Nothing was done: try it again from this page.',
    foreignForm: 'This form was sent from another site. Nothing was done.',
    failed: 'That failed on our side, and nothing was charged. Try it again.',
  },
  /** By what was tried, and the status of its answer. */
  refusals: {
    'buy 400': 'This is not sold any more.',
    'buy 403': 'Nothing is sold to this account for now. Contact whoever runs this API.',
    'buy 409': 'You have this already, or need no checkout for it. Nothing was charged.',
    'settle 409': 'There is nothing to pay.',
    'settle 403': 'This account is suspended, and no payment lifts that. Contact whoever runs this API.',
    'portal 409': 'There are no invoices yet: nothing was bought.',
    'make 400': 'A name has 1 to 64 printable characters, and is no key.',
    'make 403': 'No keys are made for this account while it is suspended.',
    'make 409': 'There are as many keys as an account can have. Revoke one that is not needed any more.',
    'rotate 404': 'This key is not served any more.',
    'rotate 409': 'There are as many keys as an account can have. Revoke one that is not needed any more.',
    'revoke 404': 'This key is not served any more.',
    'revoke 409': 'This is your last key, and without one there is no way in. Make another first, or rotate this one.',
    'sign-up 429': 'Too many keys were made from your network this hour. Come back when the next hour begins.',
    'try 400': 'Write a path of the API, such as /items/1, with spaces and the like percent-encoded.',
    'try 504': 'No answer came in time. The call may have been carried out, and charged.',
  } as Readonly<Record<string, string>>,

  newKey: {
    heading: 'Your new API key',
    text: 'It is shown this once and kept nowhere, so keep it now.',
    label: 'API key',
  },

  balance: {
    heading: 'What is left',
    units: 'units',
    of: (left: string, limit: string, period: string) => `${left} of the plan’s ${limit} units ${period} are left`,
    unlimited: 'No limit',
    plan: 'Plan',
    credits: 'Bought credits',
    resets: 'Resets',
    never: 'Does not reset',
  },
  periods: {
    day: 'a day',
    week: 'a week',
    month: 'a month',
    billing: 'a billing period',
    once: 'in all',
    unlimited: '',
  },
  standing: {
    grace: (until: string) =>
      `Your last payment failed. The API serves you until ${until}; pay the open invoice to go on after that.`,
    refused:
      'Your last payment failed, and the API serves you no more. Pay the open invoice, and the next call is served.',
    settle: 'Pay the open invoice',
    suspended: 'This account is suspended. No payment lifts that: contact whoever runs this API.',
    exhausted: 'Your units are used up.',
    wait: (until: string) => `More come on ${until}; whoever does not want to wait buys below.`,
    buy: 'Buy more below, and the next call is served.',
    ask: 'Nothing is sold that would help: contact whoever runs this API.',
  },

  usage: {
    heading: 'Use',
    none: 'Use by day is not kept here yet. What is left counts each call as it is served.',
    empty: 'No units were used in these days.',
    chart: (total: string, isOne: boolean, days: number) =>
      `${total} ${isOne ? 'unit' : 'units'} in the last ${days} days`,
    byRoute: 'By route',
    table: 'As a table',
    day: 'Day',
    units: 'Units',
    most: (units: string) => `up to ${units} a day`,
  },

  offers: {
    heading: 'Plans',
    topUps: 'Top up',
    topUpsText: 'Bought units do not expire with the period. They are used after the plan’s own.',
    units: (units: string, period: string) => `${units} units ${period}`,
    unlimited: 'Units without a limit',
    pack: (units: string) => `${units} units`,
    free: 'Free',
    atCheckout: 'Price at checkout',
    interval: { month: 'a month', year: 'a year' } as Readonly<Record<string, string>>,
    yours: 'Your plan',
    startsHere: 'New customers start here',
    fallback: 'When a subscription ends',
    unpaid: 'Once the open invoice is paid',
    recommended: 'Suits your use',
    start: (name: string) => `Start with ${name}`,
    switch: (name: string) => `Switch to ${name}`,
    buy: (name: string) => `Buy ${name}`,
  },

  billing: {
    heading: 'Invoices and card',
    text: 'Invoices, the card and cancelling are on a page of Stripe’s.',
    button: 'Invoices and card',
    none: 'There are none before the first purchase.',
  },

  keys: {
    heading: 'Keys',
    current: 'signed in with this',
    created: (time: string) => `made ${time}`,
    expires: (time: string) => `works until ${time}`,
    expired: (time: string) => `expired ${time}`,
    revoked: (time: string) => `revoked ${time}`,
    rotate: 'Rotate',
    rotateText: (duration: string) =>
      duration === ''
        ? 'A new key takes its place at once.'
        : `A new key takes its place; this one works for ${duration} yet.`,
    rotateOf: (name: string, id: string) => `Rotate the key ${name}, ${id}`,
    revoke: 'Revoke',
    revokeText: 'It opens nothing from the next moment on, and does not come back.',
    revokeOf: (name: string, id: string) => `Revoke for good: the key ${name}, ${id}`,
    revokeNow: 'Revoke for good',
    name: 'Name of another key',
    make: 'Make a key',
    durations: {
      hours: (hours: number) => (hours === 1 ? 'an hour' : `${hours} hours`),
      minutes: (minutes: number) => (minutes === 1 ? 'a minute' : `${minutes} minutes`),
      days: (days: number) => `${days} days`,
    },
  },

  calling: {
    heading: 'How to call',
    text: 'Send the key as x-api-key, or as Authorization: Bearer.',
    token: 'Send your token as Authorization: Bearer.',
    refused: 'When units are used up the API answers 402, and says in its body how to go on.',
    keyPlaceholder: 'YOUR_API_KEY',
    tokenPlaceholder: 'YOUR_TOKEN',
    languages: { curl: 'curl', fetch: 'JavaScript', python: 'Python' },
  },
  tryIt: {
    heading: 'Try it',
    text: 'Sends a GET with your key. It costs what the call costs.',
    label: 'Path',
    button: 'Send GET',
    answer: 'Answer',
    cut: 'The answer is longer, and is cut here.',
    binary: (bytes: string) => `${bytes} bytes that are no text.`,
    empty: 'The answer has no body.',
  },

  welcome: {
    title: 'Welcome',
    newHeading: 'You are in',
    thanks: 'Thank you',
    credited: (bought: string) => `Added to the account: ${bought}.`,
    crediting: (bought: string) => `Paid, and being added to the account: ${bought}. That takes some seconds.`,
    awaiting: (bought: string) => `Your payment is under way. ${bought} is added when the bank has confirmed it.`,
    counts: 'The payment counts.',
    keyOnce: 'Here is your API key. It is shown this once, so keep it now.',
    left: 'Send it as x-api-key, or as Authorization: Bearer. What is left:',
    shown: 'The API key was shown here before, once, and is kept nowhere.',
    lost: 'If it is lost, ask whoever runs this API for another: the account stays what it is.',
    unclaimed:
      'The API key is shown once, in the browser in which the checkout was started: open this page there. Nothing is lost by your having ' +
      'opened it here.',
    program:
      'A program sends the claim that it was given with the checkout, as X-Checkout-Claim. If neither can be done, ask whoever runs this API for a key.',
    known: 'Call the API with the credential that you have; the next call is served.',
    keptNowhere: 'A key is shown once, when it is made, and kept nowhere.',
    account: 'Go to your account',
  },
} as const;
