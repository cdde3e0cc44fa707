// The validation of every synthesized template costs over a second; `npm run synth` runs with it.
process.env.CDK_VALIDATION ??= 'false';
// The SDK says at every start which Node.js it will need one day.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
