// The backend of the soak. It fails where it is told to, reports what it is told to, and says from which period a call was taken.
exports.handler = async (event) => {
  const { cost, period, report } = event.requestContext.authorizer;
  if (report !== undefined) {
    const { units } = JSON.parse(event.body);
    const { ok, status } = await fetch(report, { method: 'POST', body: JSON.stringify({ units }) });
    if (!ok) {
      throw new Error(`the report was answered with ${status}`);
    }
  }
  const statusCode = event.resource === '/failing' ? 500 : 200;
  return { statusCode, body: JSON.stringify({ cost: Number(cost), period: Number(period) }) };
};
