// The validation of every synthesized template costs over a second; one test of its own runs with it.
process.env.CDK_VALIDATION ??= 'false';
