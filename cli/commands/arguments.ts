import { InvalidArgumentError } from 'commander';
import { number } from '../output';

/** Reads a whole number from 1 on. */
export function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > max) {
      throw new InvalidArgumentError(`It must be a whole number between 1 and ${number(max)}.`);
    }
    return value;
  };
}
