/** How the customer's page looks, and what it tells of the APIs. */
export interface PageEntry {
  readonly name?: string;
  /** A path of the page's own origin, or a data URL. */
  readonly logoUrl?: string;
  readonly accent?: AccentEntry;
  readonly links: readonly { readonly text: string; readonly url: string }[];
  readonly apis: readonly PageApiEntry[];
}

/** One colour, as it is readable on the ground of each theme: `#2f4fd8`. */
export interface AccentEntry {
  readonly light: string;
  readonly dark: string;
}

export interface PageApiEntry {
  readonly apiId: string;
  /** What the API is called. */
  readonly name: string;
  /** Protected routes that a person can try, `/forecast/{city}`: the first of them, where there are many. */
  readonly tryable: readonly string[];
}
