import { run } from '../../cli/program';
import { type FakeAws, startAws } from './aws';

/** The tool, against a stack `Shop` whose function of operators answers as a test says. */
export class Tool {
  public static async start(): Promise<Tool> {
    const tool = new Tool();
    const output = { paywall: 'Shop/Paywall', operations: 'Shop-Operations', reconciler: 'Shop-Reconciler' };
    tool.aws = await startAws(
      { name: 'Shop', outputs: { PaywallTool: JSON.stringify(output) } },
      { 'Shop-Operations': (event) => tool.answer(event) },
    );
    process.env = { ...tool.environment, AWS_REGION: 'eu-west-1', ...tool.aws.environment };
    return tool;
  }

  /** What the function answers. */
  public answer: (event: Record<string, unknown>) => object | string = () => 'not expected';
  private readonly environment = process.env;
  private aws?: FakeAws;

  /** What the function was asked since the last time. */
  public asked(): Record<string, unknown>[] {
    return this.aws?.invoked.splice(0).map(({ event }) => event) ?? [];
  }

  /** Runs a command line. */
  public async run(...args: string[]) {
    const [out, err]: [string[], string[]] = [[], []];
    const output = { print: (text: string) => out.push(text), complain: (line: string) => err.push(line) };
    const exitCode = await run([...args, '--stack', 'Shop'], output);
    return { exitCode, out: out.join('\n'), err };
  }

  public async close(): Promise<void> {
    process.env = this.environment;
    await this.aws?.close();
  }
}
