import type { AppTemplates } from './app-templates';
import { Unresolvable } from './intrinsics';
import type { StackModel } from './model';
import type { Stack } from './stack';
import { object } from './values';

/** The stacks of an app, with the outputs that are known here. */
export function readStacks(app: AppTemplates): StackModel[] {
  return app.stacks.map((stack) => ({ name: stack.name, outputs: readOutputs(stack) }));
}

function readOutputs(stack: Stack): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stack.outputs).flatMap(([key, output]) => {
      const { Condition: condition } = object(output);
      try {
        const isPresent = condition === undefined || stack.condition(String(condition));
        return isPresent ? [[key, String(stack.output(key))]] : [];
      } catch (error) {
        if (error instanceof Unresolvable) {
          return [];
        }
        throw error;
      }
    }),
  );
}
