import { type JsonObject, object, text } from './json';

/** Tokens that are reserved for a picture, or for what a request names by URL: no more can be told without looking at it. */
const MEDIUM_TOKENS = 10_000;

/** Bytes in base64 of a document, a sound or a film that are taken for a token. */
const BYTES_PER_MEDIA_TOKEN = 4;

/** Tokens that a picture is charged for where the provider does not tell how many it was. */
const UNTOLD_MEDIUM_TOKENS = 1_000;

/** How many more tokens than this one counts the tokenizers of other providers may make of a text. */
const TOKENIZER_MARGIN = 1.5;

/** Of these members, the value is a name or a kind, and no text that a model reads. */
const NAMES = new Set(['id', 'model', 'role', 'type']);

/** Counts the tokens of a text. */
export type TokenCounter = (text: string) => Promise<number>;

/** What a request asks a model to read. */
export class ModelInput {
  /** Tokens that the request cannot exceed: none of a text has fewer bytes than one, and what stands around it makes up for what a provider adds. */
  public readonly atMost: number;

  private readonly media: readonly number[];
  private readonly json: string;
  private counting?: Promise<number>;

  constructor(
    private readonly body: JsonObject,
    private readonly count: TokenCounter,
  ) {
    const media: number[] = [];
    this.json = JSON.stringify(body, function (this: JsonObject, key, value: unknown) {
      if (!isMedium(this, key, value)) {
        return value;
      }
      media.push(isPicture(this, key, value) ? 0 : value.length);
      return '';
    });
    this.media = media;
    this.atMost = Buffer.byteLength(this.json) + this.mediaTokens();
  }

  /** The same, closer: counted, with a margin for other tokenizers than the counter's. */
  public async estimate(): Promise<number> {
    this.counting ??= this.count(this.json);
    const counted = Math.ceil((await this.counting) * TOKENIZER_MARGIN);
    return Math.min(this.atMost, counted + this.mediaTokens());
  }

  /** What it is taken for where the provider does not tell. */
  public async counted(): Promise<number> {
    return (await this.count(textsOf(this.body).join('\n'))) + this.media.length * UNTOLD_MEDIUM_TOKENS;
  }

  private mediaTokens(): number {
    return this.media.reduce(
      (sum, bytes) => sum + Math.max(MEDIUM_TOKENS, Math.ceil(bytes / BYTES_PER_MEDIA_TOKEN)),
      0,
    );
  }
}

/** Whether a member holds a picture, a document or the like: as base64, or as the URL where it is. */
function isMedium(holder: JsonObject, key: string, value: unknown): value is string {
  if (typeof value !== 'string') {
    return false;
  }
  const isUrl = /^(data:|https?:\/\/)/i.test(value) && ['url', 'image_url', 'file_url'].includes(key);
  return isUrl || key === 'file_data' || (key === 'data' && (mediaType(holder) ?? holder.format) !== undefined);
}

function isPicture(holder: JsonObject, key: string, value: string): boolean {
  const type = mediaType(holder) ?? /^data:([^;,]*)/i.exec(value)?.[1];
  return type === undefined ? key === 'url' || key === 'image_url' : type.startsWith('image/');
}

function mediaType(holder: JsonObject): string | undefined {
  return text(holder.mimeType) ?? text(holder.mime_type) ?? text(holder.media_type);
}

/** All texts of a value, as a model may read them. */
function textsOf(value: unknown, key = '', holder: JsonObject = {}): string[] {
  if (typeof value === 'string') {
    return NAMES.has(key) || isMedium(holder, key, value) ? [] : [value];
  }
  if (Array.isArray(value)) {
    return value.flatMap((element) => textsOf(element, key));
  }
  const members = object(value);
  return Object.entries(members).flatMap(([name, member]) => textsOf(member, name, members));
}
