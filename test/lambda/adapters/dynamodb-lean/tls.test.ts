import { createServer } from 'node:https';
import tls from 'node:tls';
import { Key } from '../../../../lambda/adapters/dynamodb-items';
import { LeanItemUpdates } from '../../../../lambda/adapters/dynamodb-lean/item-updates';
import { selfSigned } from './certificate';
import { answering, type ScriptedServer, startScriptedServer, type Turn } from './scripted-server';

const WRITE = {
  key: Key.balance('c1'),
  update: 'SET #a = #b',
  condition: '#a <> #b',
  attributes: ['a', 'b'],
  values: {},
};
const SUCCESS = answering(200, {});

let server: ScriptedServer;
let updates: LeanItemUpdates;
let cert: string;

async function given(...turns: Turn[]): Promise<void> {
  const pair = selfSigned();
  cert = pair.cert;
  server = await startScriptedServer(turns, createServer(pair));
  const timeouts = { connect: 5_000, response: 5_000, total: 10_000 };
  const credentials = () => ({ accessKeyId: 'id', secretAccessKey: 'secret' });
  updates = new LeanItemUpdates({ region: 'us-east-1', endpoint: server.url, credentials, timeouts });
}

/** As if a certificate authority that Node.js knows had issued the server's certificate. */
function trustServer(): void {
  const { connect } = tls;
  jest.spyOn(tls, 'connect').mockImplementation((options) => {
    return connect({ ...(options as tls.ConnectionOptions), ca: cert, checkServerIdentity: () => undefined });
  });
}

afterEach(async () => {
  jest.restoreAllMocks();
  updates.close();
  await server.close();
});

test('over TLS, calls share one connection, which was opened ahead', async () => {
  await given(SUCCESS);
  trustServer();
  updates.open();
  for (let call = 0; call < 3; call++) {
    expect(await updates.updateItem('Table', WRITE)).toEqual({ done: true, item: {} });
  }
  expect(server.received.map(({ connection }) => connection)).toEqual([1, 1, 1]);
});

test('over TLS, a connection that died is replaced', async () => {
  await given(SUCCESS, (_, request) => request.socket.destroy(), SUCCESS);
  trustServer();
  await updates.updateItem('Table', WRITE);
  expect(await updates.updateItem('Table', WRITE)).toEqual({ done: true, item: {} });
  expect(server.received.map(({ connection }) => connection)).toEqual([1, 1, 2]);
});

test('nothing is sent to a server whose certificate nobody vouches for', async () => {
  await given(SUCCESS);
  updates.open();
  await expect(updates.updateItem('Table', WRITE)).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(server.received).toHaveLength(0);
});
