import { diagnose } from '../../../lambda/webhook/diagnose';

const reading = (text: string) => ({ refresh: async () => text });

test('signing secrets are counted by their form, and none of them is told', async () => {
  const counts: object[] = [];
  for (const text of ['whsec_abc', 'whsec_abc whsec_def', 'aGeneratedPlaceholder', 'whsec_']) {
    counts.push(await diagnose(reading(text), 'arn'));
  }
  expect(counts).toEqual([1, 2, 0, 0].map((value) => ({ signingSecrets: { value } })));
});

test('a secret that cannot be read is told by why', async () => {
  const secrets = { refresh: () => Promise.reject(new Error('the secret arn holds no text')) };
  expect(await diagnose(secrets, 'arn')).toEqual({ signingSecrets: { error: 'Error: the secret arn holds no text' } });
});
