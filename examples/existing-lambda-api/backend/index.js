// What was there before: one function that answers every route of the API.
exports.handler = async (event) => {
  const { customer, plan } = event.requestContext.authorizer;
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ path: event.path, customer, plan }),
  };
};
