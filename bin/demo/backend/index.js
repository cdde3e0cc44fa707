// The backend of the demo. It knows nothing of keys and payments: API Gateway tells it who calls and what is left.
const { createHash } = require('node:crypto');

const CITIES = [
  'Berlin',
  'Bogota',
  'Cairo',
  'Kyoto',
  'Lagos',
  'Lima',
  'Oslo',
  'Paris',
  'Perth',
  'Quito',
  'Riga',
  'Tunis',
];
const SKIES = ['sunny', 'fair', 'cloudy', 'showers', 'rain', 'windy'];
const DAYS = 3;

exports.handler = async (event) => {
  const { plan, remaining, cost } = event.requestContext.authorizer;
  const answer =
    event.resource === '/search' ? search(event) : { statusCode: 200, body: forecast(event.pathParameters.city) };
  return {
    statusCode: answer.statusCode,
    headers: { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' },
    // A plan without a limit has nothing remaining.
    body: JSON.stringify({
      ...answer.body,
      quota: { plan, cost: Number(cost), remaining: remaining && Number(remaining) },
    }),
  };
};

function search(event) {
  const text = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  let query;
  try {
    query = JSON.parse(text).query;
  } catch {
    query = undefined;
  }
  if (typeof query !== 'string') {
    return { statusCode: 400, body: { error: 'send a JSON object with a string "query"' } };
  }
  const found = CITIES.filter((city) => city.toLowerCase().includes(query.toLowerCase()));
  return { statusCode: 200, body: { cities: found } };
}

/** The same for everybody on the same day, and made up. */
function forecast(city) {
  const today = Date.now();
  const days = Array.from({ length: DAYS }, (_, index) => {
    const date = new Date(today + index * 86_400_000).toISOString().slice(0, 10);
    const [sky, warmth] = createHash('sha256').update(`${city.toLowerCase()} ${date}`).digest();
    return { date, sky: SKIES[sky % SKIES.length], celsius: (warmth % 30) - 3 };
  });
  return { city, days };
}
