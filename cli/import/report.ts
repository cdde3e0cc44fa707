import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { CommandError } from '../errors';

/** What was refused, as a CSV file with a line each. */
export class Report {
  /** Begins a file, in place of one that is there. @throws CommandError */
  public static async open(path: string): Promise<Report> {
    const stream = createWriteStream(path, { mode: 0o600 });
    try {
      await once(stream, 'open');
    } catch (error) {
      throw new CommandError(`${path} cannot be written: ${Object(error).code}`);
    }
    stream.write('line,customer,reason\n');
    return new Report(stream);
  }

  private constructor(private readonly stream: WriteStream) {}

  public add(line: number, customer: string | undefined, reason: string): void {
    this.stream.write(`${line},${customer ?? ''},"${reason.replaceAll('"', '""')}"\n`);
  }

  public async close(): Promise<void> {
    this.stream.end();
    await finished(this.stream);
  }
}
