/** A line of a handler's log, or of metrics. */
export type LogLine = Record<string, unknown>;

/** Takes what handlers write from the process's own streams, as they come, until `jest.restoreAllMocks()`. */
export function takeLogLines(): LogLine[] {
  const lines: LogLine[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      const ours = String(text)
        .split('\n')
        .filter((line) => line.startsWith('{'));
      lines.push(...ours.map((line) => JSON.parse(line)));
      return ours.length > 0 || write(text);
    });
  }
  return lines;
}
