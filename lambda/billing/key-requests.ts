import { holdsApiKey } from '../domain/api-key';
import type { EpochSeconds } from '../domain/clock';

type Body = Readonly<Record<string, unknown>>;

/** What is wrong with a body, in words that say what to send. */
export interface Fault {
  readonly fault: string;
}

const MAX_NAME_LENGTH = 64;

/** Ten years, in seconds. */
const MAX_LIFETIME = 3_650 * 86_400;

const EXAMPLE = 'Send JSON such as {"name": "laptop"} or {"name": "ci", "expiresIn": 2592000}';

/** Reads `{name, expiresAt?, expiresIn?}`. */
export function readNewKey(
  body: Body | undefined,
  now: EpochSeconds,
): { readonly name: string; readonly expiresAt?: EpochSeconds } | Fault {
  const unknown = Object.keys(body ?? {}).some((member) => !['name', 'expiresAt', 'expiresIn'].includes(member));
  if (body === undefined || unknown) {
    return { fault: `${EXAMPLE}; other members than name, expiresAt and expiresIn there are none.` };
  }
  const name = readName(body.name);
  if (name === undefined) {
    return {
      fault: `\`name\` must be 1 to ${MAX_NAME_LENGTH} printable characters, and hold no key. ${EXAMPLE}.`,
    };
  }
  if (body.expiresAt === undefined && body.expiresIn === undefined) {
    return { name };
  }
  const expiresAt = readExpiry(body, now);
  return expiresAt === undefined
    ? {
        fault:
          '`expiresAt` must be a time such as "2030-01-31T12:00:00Z", or else `expiresIn` a whole number of seconds; ' +
          'either must lie ahead, and at most ten years.',
      }
    : { name, expiresAt };
}

/** Reads `{overlap?}`; where it is not there, it is the longest that there is. */
export function readOverlap(body: Body | undefined, longest: number): { readonly overlap: number } | Fault {
  const unknown = Object.keys(body ?? {}).some((member) => member !== 'overlap');
  const overlap = body?.overlap ?? longest;
  const valid = typeof overlap === 'number' && Number.isInteger(overlap) && overlap >= 0 && overlap <= longest;
  return valid && body !== undefined && !unknown
    ? { overlap }
    : {
        fault:
          'Send no body, or the seconds for which the old key is served as JSON: {"overlap": 0}; ' +
          `a whole number between 0 and ${longest}.`,
      };
}

/** A name as it is shown in lists: nothing in it moves a cursor or turns the writing round, and no key is pasted there by mistake. */
function readName(value: unknown): string | undefined {
  const name = typeof value === 'string' ? value.trim() : '';
  const length = [...name].length;
  const isPrintable = !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name);
  return length > 0 && length <= MAX_NAME_LENGTH && isPrintable && !holdsApiKey(name) ? name : undefined;
}

function readExpiry({ expiresAt, expiresIn }: Body, now: EpochSeconds): EpochSeconds | undefined {
  if (expiresAt !== undefined && expiresIn !== undefined) {
    return undefined;
  }
  const lifetime = expiresAt === undefined ? expiresIn : (readTime(expiresAt) ?? 0) - now;
  const valid = typeof lifetime === 'number' && Number.isInteger(lifetime) && lifetime > 0 && lifetime <= MAX_LIFETIME;
  return valid ? now + lifetime : undefined;
}

/** A time of RFC 3339, in whole seconds. */
function readTime(value: unknown): EpochSeconds | undefined {
  const pattern = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
  const [, day] = (typeof value === 'string' ? pattern.exec(value) : undefined) ?? [];
  const milliseconds = day === undefined ? Number.NaN : Date.parse(String(value));
  // The 31st of February is taken for the 3rd of March.
  const exists = !Number.isNaN(milliseconds) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(`${day}`);
  return exists ? Math.floor(milliseconds / 1000) : undefined;
}
