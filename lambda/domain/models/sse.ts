const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** An event of a stream, and the very bytes that it came in. */
export interface SseEvent {
  readonly raw: Uint8Array;
  /** What its `data` lines say; nothing where it has none, as a comment that keeps a connection open. */
  readonly data?: string;
}

/**
 * Reads server-sent events out of bytes that may be split anywhere, within a character too. The events' bytes, in their order, are the
 * stream's own: whoever passes them on changes nothing. https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class SseParser {
  private parts: Uint8Array[] = [];
  /** Whether the line that is being read has nothing in it yet. */
  private isLineEmpty = true;
  private hasLines = false;
  private endedByReturn = false;

  /** The events that these bytes complete. */
  public push(bytes: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index];
      const isSecondHalf = byte === LINE_FEED && this.endedByReturn;
      this.endedByReturn = byte === CARRIAGE_RETURN;
      if (isSecondHalf) {
        continue;
      }
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) {
        this.isLineEmpty = false;
        continue;
      }
      if (!this.isLineEmpty) {
        this.isLineEmpty = true;
        this.hasLines = true;
      } else if (this.hasLines) {
        this.parts.push(bytes.subarray(start, index + 1));
        events.push(this.take());
        start = index + 1;
      }
    }
    if (start < bytes.length) {
      this.parts.push(bytes.slice(start));
    }
    return events;
  }

  /** What is left where the stream ends without an empty line; no event, but bytes that were sent. */
  public rest(): Uint8Array {
    return this.take().raw;
  }

  private take(): SseEvent {
    const raw = Buffer.concat(this.parts);
    this.parts = [];
    this.hasLines = false;
    this.isLineEmpty = true;
    const lines = raw.toString().split(/\r\n|\r|\n/);
    const data = lines.flatMap((line) => {
      const [, value] = /^\uFEFF?data:? ?(.*)$/.exec(line) ?? [];
      return value === undefined || /^\uFEFF?data[^:]/.test(line) ? [] : [value];
    });
    return data.length === 0 ? { raw } : { raw, data: data.join('\n') };
  }
}

/** An event with that data, and of that type where one is given. */
export function writeEvent(data: object, type?: string): Uint8Array {
  return Buffer.from(`${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(data)}\n\n`);
}
