import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type Stripe from 'stripe';
import { NotProcessedError } from '../../../lambda/adapters/payments-function';
import { SqsDeadLetters } from '../../../lambda/adapters/sqs-dead-letters';
import type { OperationsDependencies } from '../../../lambda/operations/dependencies';
import { operate } from '../../../lambda/operations/operate';
import type { ReplayAnswer } from '../../../lib/private/operations';
import { type LocalQueues, startQueues } from '../../../local/queues/queues';
import { queueModel } from '../../local/queues/support';

let queues: LocalQueues;
let client: SQSClient;
let queueUrl: string;
let last = 0;
let processed: string[];
let broken: Set<string>;
let known: Map<string, Stripe.Event>;
let dependencies: OperationsDependencies;

beforeAll(async () => {
  queues = await startQueues();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new SQSClient({ endpoint: queues.url, region: 'eu-west-1', credentials });
});

afterAll(async () => {
  client.destroy();
  await queues.close();
});

beforeEach(() => {
  const name = `DeadLetters${++last}`;
  queues.create([queueModel(name)]);
  queueUrl = `${queues.url}/111122223333/${name}`;
  [processed, broken, known] = [[], new Set(), new Map()];
  dependencies = {
    deadLetters: new SqsDeadLetters(client, queueUrl, 600, 0),
    events: {
      find: async (id) => {
        if (id === 'evt_down') {
          throw new Error('An error occurred with our connection to Stripe.');
        }
        return known.get(id);
      },
    },
    process: async (event) => {
      if (broken.has(event.id)) {
        throw new NotProcessedError(event.id, 'the catalogue has no plan gold');
      }
      processed.push(event.id);
      const isSecond = processed.filter((id) => id === event.id).length > 1;
      return event.type === 'customer.created' ? 'ignored' : isSecond ? 'duplicate' : 'processed';
    },
  } as Partial<OperationsDependencies> as OperationsDependencies;
});

const event = (id: string, type = 'invoice.paid') => ({ id, type }) as Stripe.Event;

async function bury(...bodies: unknown[]): Promise<void> {
  for (const body of bodies) {
    const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  }
}

async function replay(events?: unknown, millisLeft: () => number = () => 600_000): Promise<ReplayAnswer> {
  const result = await operate({ operation: 'replay', events }, dependencies, millisLeft);
  if (!('answer' in result)) {
    throw new Error(result.refused);
  }
  return result.answer as ReplayAnswer;
}

/** Ids and outcomes, in no order: a standard queue has none. */
const outcomes = ({ events }: ReplayAnswer) => events.map(({ id, outcome }) => `${id} ${outcome}`).sort();

describe('the dead-letter queue', () => {
  test('is carried out and emptied, whoever has put the events there', async () => {
    await bury(
      { detail: event('evt_1') },
      { version: '0', source: 'aws.partner/stripe.com', 'detail-type': 'invoice.paid', detail: event('evt_2') },
      { detail: event('evt_3', 'customer.created') },
    );
    const answer = await replay();
    expect(outcomes(answer)).toEqual(['evt_1 processed', 'evt_2 processed', 'evt_3 ignored']);
    expect(answer.more).toBe(false);
    expect(await replay()).toEqual({ events: [], more: false });
  });

  test('keeps what fails, with the reason, for the next time at once', async () => {
    await bury({ detail: event('evt_1') }, { detail: event('evt_2') });
    broken.add('evt_1');
    const first = await replay();
    expect(first.events).toContainEqual({
      id: 'evt_1',
      type: 'invoice.paid',
      outcome: 'failed',
      reason: 'the catalogue has no plan gold',
    });
    expect(outcomes(first)).toEqual(['evt_1 failed', 'evt_2 processed']);
    broken.clear();
    expect(outcomes(await replay())).toEqual(['evt_1 processed']);
    expect(await replay()).toEqual({ events: [], more: false });
  });

  test('has each event tried once a run, however many messages there are of it', async () => {
    await bury(...Array.from({ length: 25 }, (_, index) => ({ detail: event(index % 2 === 0 ? 'evt_1' : 'evt_2') })));
    broken.add('evt_2');
    expect(outcomes(await replay())).toEqual(['evt_1 processed', 'evt_2 failed']);
    expect(processed).toEqual(['evt_1']);
    broken.clear();
    expect(outcomes(await replay())).toEqual(['evt_2 processed']);
    expect(await replay()).toEqual({ events: [], more: false });
  });

  test.each([['no JSON'], ['null'], ['{}'], ['{"detail":{"id":7}}']])(
    'keeps a message that holds no event: %s',
    async (body) => {
      await bury(body, { detail: event('evt_1') });
      const { events } = await replay();
      expect(events).toHaveLength(2);
      expect(events).toContainEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        type: null,
        outcome: 'failed',
        reason: 'the message holds no event of Stripe',
      });
      expect((await replay()).events).toHaveLength(1);
    },
  );

  test('is left in time, and nothing of it is lost', async () => {
    await bury(...Array.from({ length: 25 }, (_, index) => ({ detail: event(`evt_${index}`) })));
    let batches = 0;
    const first = await replay(undefined, () => (batches++ < 1 ? 600_000 : 0));
    expect([first.events.length, first.more]).toEqual([10, true]);
    const second = await replay();
    expect([second.events.length, second.more]).toEqual([15, false]);
    expect(new Set(processed).size).toBe(25);
  });

  test('loses nothing where a run breaks down', async () => {
    await bury({ detail: event('evt_1') }, { detail: event('evt_2') });
    const { deadLetters } = dependencies;
    const remove = () => Promise.reject(new Error('SQS does not answer'));
    const receive = () => deadLetters.receive();
    const putBack: typeof deadLetters.putBack = (letter) => deadLetters.putBack(letter);
    const mortal = { ...dependencies, deadLetters: { receive, remove, putBack } };
    await expect(operate({ operation: 'replay' }, mortal, () => 600_000)).rejects.toThrow('SQS does not answer');
    expect(outcomes(await replay())).toEqual(['evt_1 duplicate', 'evt_2 duplicate']);
  });
});

describe('events that are named', () => {
  test('are fetched from Stripe and carried out, each once', async () => {
    known.set('evt_1', event('evt_1')).set('evt_2', event('evt_2'));
    processed = ['evt_2'];
    broken.add('evt_3');
    known.set('evt_3', event('evt_3'));
    expect(await replay(['evt_1', 'evt_2', 'evt_1', 'evt_3', 'evt_old', 'evt_down'])).toEqual({
      events: [
        { id: 'evt_1', type: 'invoice.paid', outcome: 'processed', reason: null },
        { id: 'evt_2', type: 'invoice.paid', outcome: 'duplicate', reason: null },
        { id: 'evt_3', type: 'invoice.paid', outcome: 'failed', reason: 'the catalogue has no plan gold' },
        { id: 'evt_old', type: null, outcome: 'failed', reason: 'Stripe has no such event: it keeps them for 30 days' },
        {
          id: 'evt_down',
          type: null,
          outcome: 'failed',
          reason: 'An error occurred with our connection to Stripe.',
        },
      ],
      more: false,
    });
  });

  test('are left in time', async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `evt_${index}`);
    let batches = 0;
    const { events, more } = await replay(ids, () => (batches++ < 2 ? 600_000 : 0));
    expect([events.length, more]).toEqual([20, true]);
  });

  test.each([[[]], ['evt_1'], [['evt_1', 'ch_1']], [[7]], [Array.from({ length: 101 }, (_, id) => `evt_${id}`)]])(
    'must be ids, and not too many',
    async (events) => {
      await expect(replay(events)).rejects.toThrow('`events` must be 1 to 100 ids of events (evt_…), got: ');
      expect(processed).toEqual([]);
    },
  );
});
