import { Token } from 'aws-cdk-lib';
import type { AccentEntry } from './page-entry';

/** WCAG 2.2, 1.4.3: for text of any size. */
const LEAST_CONTRAST = 4.5;

/** What the accent stands on, the least favourable of each theme (`lambda/page/look.ts`). */
const GROUND = { light: '#f4f5f8', dark: '#191c24' } as const;

/** The colour for both themes; on the dark one it is made lighter until it can be read. */
export function requireAccent(name: string, colour: string): AccentEntry {
  if (Token.isUnresolved(colour) || !/^#[0-9a-f]{6}$/i.test(colour)) {
    throw new Error(`\`${name}\` must be a colour such as "#2f4fd8", got: ${JSON.stringify(colour)}`);
  }
  const reached = contrast(colour, GROUND.light);
  if (reached < LEAST_CONTRAST) {
    throw new Error(
      `\`${name}\` must have a contrast of ${LEAST_CONTRAST} : 1 against the page's ground ${GROUND.light}, where white stands on it as ` +
        `well: choose a darker colour, got: ${JSON.stringify(colour)} with ${reached.toFixed(2)} : 1`,
    );
  }
  let dark = colour;
  for (let white = 0.05; contrast(dark, GROUND.dark) < LEAST_CONTRAST; white += 0.05) {
    dark = withWhite(colour, white);
  }
  return { light: colour.toLowerCase(), dark: dark.toLowerCase() };
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance, as WCAG has it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function withWhite(colour: string, share: number): string {
  const mixed = channels(colour).map((value) => Math.round(value + (255 - value) * Math.min(1, share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
