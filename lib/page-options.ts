/** How the customer's page is, on which customers see what is left, buy more, and keep their keys. */
export interface PageOptions {
  /**
   * Whether there is one, at the billing path itself.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * What the API is called, in at most 60 characters.
   *
   * @default - the `title` of `discovery`, or the name of the protected API
   */
  readonly name?: string;

  /**
   * The logo, which stands beside the name at a height of 32 pixels: a path of the API's own host, such as `/prod/logo.svg`, or a data URL of
   * at most 1024 characters. The page loads nothing from elsewhere.
   *
   * @default - none
   */
  readonly logoUrl?: string;

  /**
   * The colour of buttons and links, `#2f4fd8`. It must be readable on white, with a contrast of 4.5 : 1; on the dark theme it is made lighter
   * until it is.
   *
   * @default '#2f4fd8'
   */
  readonly accentColor?: string;

  /**
   * Links at the page's end, to documentation and help for instance: at most 6.
   *
   * @default - none
   */
  readonly links?: PageLink[];
}

/** A link of the customer's page. */
export interface PageLink {
  /** What it says, in at most 40 characters. */
  readonly text: string;

  /** Where it leads: an https URL, a path of the API's own host, or a mailto address. */
  readonly url: string;
}
