/** The most days of history that are told at a time. They are kept somewhat longer. */
export const MOST_DAYS = 366;
