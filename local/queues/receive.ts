import { type MessageAttributes, md5, md5OfAttributes, type ReceivedMessage } from './message';

/** What a receiver asks for besides the body. */
export interface AttributeSelection {
  /** The older name of `MessageSystemAttributeNames`. */
  readonly AttributeNames?: unknown;
  readonly MessageAttributeNames?: unknown;
  readonly MessageSystemAttributeNames?: unknown;
}

/** A message as ReceiveMessage answers it. */
export function receivedMessage(message: ReceivedMessage, selection: AttributeSelection) {
  const systemNames = [...namesIn(selection.AttributeNames), ...namesIn(selection.MessageSystemAttributeNames)];
  const systemAttributes = pick(message.systemAttributes, (name) =>
    systemNames.some((one) => one === name || one === 'All'),
  );
  const names = namesIn(selection.MessageAttributeNames);
  const attributes: MessageAttributes = pick(message.attributes, (name) => names.some((one) => selects(one, name)));
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(systemAttributes).length > 0 && { Attributes: systemAttributes }),
    ...(Object.keys(attributes).length > 0 && {
      MD5OfMessageAttributes: md5OfAttributes(attributes),
      MessageAttributes: attributes,
    }),
  };
}

/** `All`, `.*`, a name, or the beginning of names: `order.*`. */
function selects(selector: string, name: string): boolean {
  if (selector === 'All' || selector === name) {
    return true;
  }
  return selector.endsWith('.*') && name.startsWith(selector.slice(0, -2));
}

function namesIn(names: unknown): string[] {
  return Array.isArray(names) ? names.map(String) : [];
}

function pick<Value>(
  attributes: Readonly<Record<string, Value>>,
  isAsked: (name: string) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isAsked(name)));
}
